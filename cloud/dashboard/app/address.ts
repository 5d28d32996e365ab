/** The address of a view: `#/cases/01J…?tab=map`. After the `#`, so that every address is served by `/` alone. Pure. */
export interface Address {
  parts: string[];
  query: Record<string, string>;
}

export function parseAddress(hash: string): Address {
  const text = hash.replace(/^#/, '').replace(/^\//, '');
  const [path = '', search = ''] = text.split('?', 2) as [string, string?];
  const parts = path.split('/').filter((part) => part !== '');
  return { parts: parts.map(decode), query: Object.fromEntries(new URLSearchParams(search)) };
}

/** An address may be typed by hand: what is no valid escape is taken as it stands. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function writeAddress(parts: readonly string[], query: Record<string, string | null | undefined> = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) if (value !== null && value !== undefined && value !== '') search.set(name, value);
  const text = search.toString();
  return `#/${parts.map(encodeURIComponent).join('/')}${text === '' ? '' : `?${text}`}`;
}
