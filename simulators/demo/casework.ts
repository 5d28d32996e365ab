/** Tells the stories of the first start: their cases are opened and moved as far as they go. */
import type { Logger } from '../../devices/log.ts';
import { HttpProblem } from '../client.ts';
import { type Act, actsOf, type Case, type People } from './people.ts';
import type { DemoState, StateFile } from './state.ts';
import type { Story } from './stories.ts';

const notes: Partial<Record<Act, string>> = {
  return: '时控器归供电公司管理，请改派',
  rework: '现场仍有松动，请返工',
  void: '现场核实：井盖完好，误报',
  pass: '现场核查，处置到位',
};

export class Casework {
  private readonly people: People;
  private readonly log: Logger;
  private readonly state: DemoState;
  private readonly file: StateFile;

  constructor(people: People, log: Logger, state: DemoState, file: StateFile) {
    this.people = people;
    this.log = log;
    this.state = state;
    this.file = file;
  }

  /** One story after the other; `stopped` ends it between two. What was told at an earlier start is not told again. */
  async tell(stories: readonly Story[], stopped: () => boolean): Promise<void> {
    for (const [k, story] of stories.entries()) {
      if (stopped()) return;
      try {
        await this.tellOne(story, this.state.seed * 1000 + k);
      } catch (thrown) {
        // Somebody else has moved it meanwhile: then it is that one's story.
        if (!(thrown instanceof HttpProblem && thrown.status === 409)) throw thrown;
        this.log.info({ story: story.id, reason: thrown.message }, 'demo: a case is left as somebody else has moved it');
      }
    }
  }

  private async tellOne(story: Story, photoSeed: number): Promise<void> {
    let now = await this.caseOf(story);
    for (const act of story.acts.slice(actsOf(now))) now = await this.people.act(now, act, story.device, photoSeed, act === 'feedback' ? story.done : notes[act]);
    if (now.stage === 'handling') await this.people.photograph(now, story.device, photoSeed, ['before']);
  }

  /** The case of a story: the one remembered, one that an interrupted start made, or a new one. */
  private async caseOf(story: Story): Promise<Case> {
    const known = this.state.cases[story.id];
    if (known) return this.people.see(known);
    let found: Case | undefined;
    for await (const one of this.people.list(`device=${story.device.id}`)) if (one.text === story.text) found = one;
    found ??= await this.people.report(story.device.id, story.text);
    this.state.cases[story.id] = found.id;
    this.file.write(this.state);
    return found;
  }
}
