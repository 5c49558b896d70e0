/** Round numbers from 0 to at least `most`, in two to five steps; whole ones, as nobody resolves half a ticket. */
export function ticks(most: number): number[] {
  const steps = [1, 2, 5].flatMap((one) => [1, 10, 100, 1000, 10_000, 100_000].map((ten) => one * ten));
  const step = steps.sort((one, other) => one - other).find((size) => size * 4 >= most) ?? most;
  const count = Math.max(2, Math.ceil(most / step));
  return Array.from({ length: count + 1 }, (_, place) => place * step);
}

/** Places of `count` columns over a width: the middle of each. */
export const middle = (place: number, count: number, width: number) => ((place + 0.5) * width) / count;

/** A path through the values, for a picture of `width` × `height` whose top is `top`. */
export function path(values: number[], top: number, width: number, height: number): string {
  return values
    .map((value, place) => {
      const x = middle(place, values.length, width).toFixed(1);
      const y = (height - (value / top) * height).toFixed(1);
      return `${place === 0 ? "M" : "L"}${x} ${y}`;
    })
    .join("");
}
