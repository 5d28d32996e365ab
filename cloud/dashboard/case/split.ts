/** Where the dividing line of two photos stands, in percent from the left. Pure. */
export const middle = 50;
export const stepPercent = 5;
const within = (percent: number): number => Math.min(100, Math.max(0, percent));

/** Where a key moves it; null: the key means nothing here. */
export function movedBy(key: string, at: number): number | null {
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return within(at - stepPercent);
    case 'ArrowRight':
    case 'ArrowUp':
      return within(at + stepPercent);
    case 'Home':
      return 0;
    case 'End':
      return 100;
    case '0':
      return middle;
    default:
      return null;
  }
}
/** Where a pointer puts it: `x` and the box in px. */
export const movedTo = (x: number, left: number, width: number): number => (width <= 0 ? middle : Math.round(within(((x - left) / width) * 100) * 10) / 10);
