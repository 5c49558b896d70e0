const name = "inspector";
/** Where the inspector stands beside the conversation instead of over it. */
const wide = "(min-width: 1180px)";

/** Whether the inspector is open: kept on this browser where there is room for it, closed at first where there is none. */
export const inspectorPlace = {
  get: () => matchMedia(wide).matches && localStorage.getItem(name) !== "closed",
  set(isOpen: boolean) {
    if (!matchMedia(wide).matches) return;
    if (isOpen) localStorage.removeItem(name);
    else localStorage.setItem(name, "closed");
  },
};
