/** Where a file that was found damaged is kept: beside itself, with the time. */
export const asideOf = (file: string, now: number): string => `${file}.damaged-${new Date(now).toISOString().replace(/[-:]/g, '').replace('.', '')}`;
