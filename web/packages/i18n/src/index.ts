export {
  calendarDay,
  dateTime,
  day,
  dayTime,
  duration,
  type Formatting,
  fileSize,
  formatting,
  number,
  onFormatting,
  relative,
  setFormatting,
  time,
  weekday,
} from "./format.ts";
export { direction, type Feature, i18n, type Locale, loadTexts, locales, setLocale, t } from "./texts.ts";
