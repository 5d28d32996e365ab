import type { Photo } from '../app/shapes.ts';

/** The photos of a case: their order, and which two are compared. Pure. */

/** When it was taken, as far as the camera says so, else when it came in; ms. */
export const takenAt = (photo: Photo): number => photo.takenAt ?? photo.at;
export const inOrder = (photos: readonly Photo[]): Photo[] => photos.toSorted((a, b) => takenAt(a) - takenAt(b) || (a.id < b.id ? -1 : 1));

export interface Pair {
  before: Photo | null;
  after: Photo | null;
}
/** What a person chose, where it is still there; else the first from before and the newest from after. */
export function pairOf(photos: readonly Photo[], chosen: { before: string | null; after: string | null }): Pair {
  const ordered = inOrder(photos);
  const pick = (id: string | null) => ordered.find((photo) => photo.id === id);
  return {
    before: pick(chosen.before) ?? ordered.find((photo) => photo.role === 'before') ?? null,
    after: pick(chosen.after) ?? ordered.findLast((photo) => photo.role === 'after') ?? null,
  };
}
/** Which side a photo takes when it is chosen: its own; one without a side goes where the older of the two is. */
export const sideOf = (photo: Photo, pair: Pair): 'before' | 'after' => {
  if (photo.role !== 'other') return photo.role;
  return pair.before && takenAt(photo) < takenAt(pair.before) ? 'before' : 'after';
};

export const photoPath = (caseId: string, photo: Photo): string => `/api/cases/${encodeURIComponent(caseId)}/photos/${encodeURIComponent(photo.id)}`;
/** A small one, for lists. */
export const thumbPath = (caseId: string, photo: Photo): string => `${photoPath(caseId, photo)}?size=thumb`;
