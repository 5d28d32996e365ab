/** The outlines of the severity marks on a 24 × 24 field; the page and the map draw the same ones (screen.md §3). */
export const shapes = {
  /** Diamond. */
  critical: 'M12 1.8 22.2 12 12 22.2 1.8 12z',
  /** Triangle. */
  warning: 'M12 2.8 22.6 21H1.4z',
  /** Circle. */
  info: 'M12 2.5a9.5 9.5 0 1 1 0 19 9.5 9.5 0 0 1 0-19z',
  /** Octagon. */
  sos: 'M7.7 1.6h8.6l6.1 6.1v8.6l-6.1 6.1H7.7l-6.1-6.1V7.7z',
} as const;
/** The sign inside: `!` or `i`. */
export const signs = {
  critical: 'M12 6.8v6.4M12 16.4v.6',
  warning: 'M12 9.5v5.5M12 17.8v.5',
  info: 'M12 11v6M12 7.5v.4',
} as const;
