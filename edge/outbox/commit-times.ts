/** When the latest rows came on disk, so that what is sent can say it. In memory alone: of what an older start kept nothing is known. */

/** Commits remembered; a backlog's rows are older than what these hold, and say nothing. */
const most = 1000;

export class CommitTimes {
  /** Rising by both. */
  readonly #commits: { lastId: number; at: number }[] = [];
  #forgottenTo: number;

  /** `lastId`: the last row that was there before. */
  constructor(lastId: number) {
    this.#forgottenTo = lastId;
  }

  /** Rows up to `lastId` are on disk since `at`, ms since 1970. */
  add(lastId: number, at: number): void {
    this.#commits.push({ lastId, at });
    if (this.#commits.length > most) this.#forgottenTo = this.#commits.shift()?.lastId ?? this.#forgottenTo;
  }

  /** null: it is older than what is remembered. */
  of(id: number): number | null {
    if (id <= this.#forgottenTo) return null;
    // What is sent is mostly of the last commit.
    let found: number | null = null;
    for (let i = this.#commits.length - 1; i >= 0 && (this.#commits[i] as { lastId: number }).lastId >= id; i--) found = (this.#commits[i] as { at: number }).at;
    return found;
  }
}
