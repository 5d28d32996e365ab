/** A case as a person types it, before it is sent. Pure. */
export interface Draft {
  category: string;
  text: string;
  device: string | null;
  lon: string;
  lat: string;
  grid: string;
}
type Wrong = 'newCase.needText' | 'newCase.needPlace' | 'newCase.positionBad';

const degrees = (text: string, most: number): number | null => {
  const value = Number(text.trim());
  return text.trim() !== '' && Number.isFinite(value) && Math.abs(value) <= most ? value : null;
};

/** Field → what is wrong with it. `placed`: the cloud knows where, from the person's scope. */
export function draftFaults(draft: Draft, placed: boolean): Record<string, Wrong> {
  const wrong: Record<string, Wrong> = {};
  if (draft.text.trim() === '') wrong.text = 'newCase.needText';
  const typed = draft.lon.trim() !== '' || draft.lat.trim() !== '';
  if (!draft.device && typed && (degrees(draft.lon, 180) === null || degrees(draft.lat, 90) === null)) wrong.position = 'newCase.positionBad';
  else if (!draft.device && !typed && draft.grid === '' && !placed) wrong.device = 'newCase.needPlace';
  return wrong;
}
/** The body of POST /api/cases. A device brings its own place. */
export function draftOf(draft: Draft): Record<string, unknown> {
  const lon = degrees(draft.lon, 180);
  const lat = degrees(draft.lat, 90);
  return {
    text: draft.text.trim(),
    ...(draft.category.trim() ? { category: draft.category.trim() } : {}),
    ...(draft.device ? { device: draft.device } : { ...(lon !== null && lat !== null ? { position: { lon, lat } } : {}), ...(draft.grid ? { grid: draft.grid } : {}) }),
  };
}
