/** What statuses are called, by their keys. */
export const useStatusName = () => statusName;

const statusName = (key: string): string => {
  const words = key.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};
