/** Bytes as base64 → what a person reads: the text where it is UTF-8 without control characters, else hexadecimal in groups. Pure. */
export function textOf(base64: string): string {
  const raw = atob(base64);
  const bytes = Uint8Array.from(raw, (character) => character.charCodeAt(0));
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    if (!/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(text)) return text;
  } catch (error) {
    // No UTF-8: shown as bytes.
    if (!(error instanceof TypeError)) throw error;
  }
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
