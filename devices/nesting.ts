/** How deep data from outside may be nested: JSON.parse takes any depth, what is done with it then (JSON.stringify, structured clones) goes as deep as the stack. */
export const deepest = 32;

export const isShallow = (value: unknown, levels = deepest): boolean =>
  typeof value !== 'object' || value === null || (levels > 0 && Object.values(value).every((part) => isShallow(part, levels - 1)));
