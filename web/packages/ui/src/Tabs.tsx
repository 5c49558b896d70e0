import {
  Tab as AriaTab,
  TabList as AriaTabList,
  TabPanel,
  type TabProps,
  Tabs,
  ToggleButton,
  ToggleButtonGroup,
} from "react-aria-components";

export { TabPanel, Tabs };

export function TabList({ label, items }: { label: string; items: { id: string; name: string }[] }) {
  return (
    <AriaTabList aria-label={label} className="flex gap-4 overflow-x-auto border-b border-line">
      {items.map((item) => (
        <Tab key={item.id} id={item.id}>
          {item.name}
        </Tab>
      ))}
    </AriaTabList>
  );
}

const Tab = (props: TabProps) => (
  <AriaTab
    {...props}
    className="-mb-px flex h-9 cursor-default items-center border-b-2 border-transparent whitespace-nowrap text-ink-2 outline-none hovered:text-ink-1 focus-ring:outline-2 focus-ring:-outline-offset-2 focus-ring:outline-petrol selected:border-ink-1 selected:font-semibold selected:text-ink-1"
  />
);

type Segment<Id extends string> = { id: Id; name: string };

/** One of two to four that exclude each other, as one control. */
export function Segmented<Id extends string>({
  label,
  items,
  value,
  onChange,
}: {
  label: string;
  items: Segment<Id>[];
  value: Id;
  onChange: (id: Id) => void;
}) {
  return (
    <ToggleButtonGroup
      aria-label={label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      onSelectionChange={(keys) => {
        const [key] = keys;
        if (key !== undefined) onChange(key as Id);
      }}
      className="inline-flex rounded-control border border-line bg-canvas p-px"
    >
      {items.map((item) => (
        <ToggleButton
          key={item.id}
          id={item.id}
          className="h-6.5 cursor-default rounded-[3px] px-2.5 whitespace-nowrap text-ink-2 outline-none focus-ring:outline-2 focus-ring:outline-petrol selected:bg-raised selected:font-medium selected:text-ink-1 selected:shadow-[0_1px_2px_var(--line)]"
        >
          {item.name}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
