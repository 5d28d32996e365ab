/** The product as `npm start` starts it, for the rows that are about a whole district. It ends with this process, whatever ends that. */
import { Demo } from '../kit/demo.ts';
import { until } from '../kit/product.ts';
import { pause } from './happenings.ts';

/** Once its devices have told their past, they say a few dozen readings a second. */
const calmPerSecond = 300;
const calm_s = 3;

/** Resolves when its first start is over: the past of its devices is told and stored. */
export async function openDistrict(): Promise<Demo> {
  const demo = new Demo();
  // It is a process group of its own.
  process.once('exit', () => demo.kill());
  try {
    await demo.start();
    const admin = await demo.signIn('admin');
    let [before, quiet] = [0, 0];
    await until(
      'the district is calm',
      async () => {
        await pause(1000);
        const { ingest, telemetry } = (await admin.get('/health')).stages;
        quiet = ingest.in - before < calmPerSecond && telemetry.lagMs < 1000 ? quiet + 1 : 0;
        before = ingest.in;
        return quiet >= calm_s;
      },
      300_000,
    );
    return demo;
  } catch (thrown) {
    await demo.remove();
    throw thrown;
  }
}
