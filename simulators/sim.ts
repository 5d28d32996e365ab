/** `npm run sim -- …`: the pretended world at the command line. */
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { GwError, reject } from '../devices/errors.ts';
import { kinds } from '../devices/kinds/kinds.ts';
import { acts } from './acts.ts';
import { chirpstackUplink, defaultApplication, uplinkTopic } from './speakers/chirpstack.ts';

interface Command {
  usage: string;
  help: string;
  run(args: string[]): void;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function list(args: string[]): void {
  parseArgs({ args, options: {}, strict: true });
  for (const kind of kinds) {
    print(`${kind.id}  ${kind.label.zh} / ${kind.label.en}`);
    print(`  metrics   ${Object.keys(kind.metrics).join(', ')}`);
    print(`  events    ${Object.keys(kind.events).join(', ')}`);
    print(`  commands  ${Object.keys(kind.commands).join(', ')}`);
    print(`  acts      ${acts.flatMap((act) => (act.kinds.includes(kind.id) ? [act.value ? `${act.name} (${act.value})` : act.name] : [])).join(', ')}`);
  }
  print('');
  print("An act goes into the driver of a device in an agent's file:");
  print('  driver: { type: simulated, seed: 7, acts: [{ after_s: 20, act: tilt, value: 30, for_s: 600 }] }');
}

function uplink(args: string[]): void {
  const { values } = parseArgs({
    args,
    strict: true,
    options: {
      devEui: { type: 'string' },
      hex: { type: 'string' },
      fPort: { type: 'string', default: '85' },
      fCnt: { type: 'string' },
      profile: { type: 'string', default: 'em310-tilt' },
      application: { type: 'string', default: defaultApplication },
      topic: { type: 'boolean', default: false },
    },
  });
  const { devEui, hex, profile, application } = values;
  if (devEui === undefined) throw reject('usage', '--devEui is missing; allowed: 16 hexadecimal digits.');
  if (values.topic) {
    print(uplinkTopic(application, devEui));
    return;
  }
  if (hex === undefined) throw reject('usage', '--hex is missing; allowed: bytes as pairs of hexadecimal digits.');
  const whole = (name: string, text: string, high: number) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < 0 || value > high) throw reject('usage', `--${name} is "${text}"; allowed: a whole number from 0 to ${high}.`);
    return value;
  };
  const now = Date.now();
  // A counter that grows from call to call without a memory: the seconds of this month.
  const fCnt = values.fCnt === undefined ? Math.floor(now / 1000) % 2_592_000 : whole('fCnt', values.fCnt, 4_294_967_295);
  const fPort = whole('fPort', values.fPort, 255);
  print(JSON.stringify(chirpstackUplink({ devEui, hex, fPort, fCnt, at: now, profile, application, deduplicationId: randomUUID() })));
}

// Whoever reads may stop early (`| head`): that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const commands: Readonly<Record<string, Command>> = {
  list: { usage: 'list', help: 'the kinds of devices, and the acts that a simulated one can be scripted to', run: list },
  uplink: {
    usage: 'uplink --devEui HEX --hex HEX [--fPort 85] [--fCnt N] [--profile em310-tilt] [--application UUID] [--topic]',
    help: 'prints what a ChirpStack v4 server publishes for these bytes; with --topic the topic it publishes on',
    run: uplink,
  },
};

function help(): void {
  print('npm run sim -- COMMAND …');
  print('');
  for (const { usage, help } of Object.values(commands)) {
    print(`  ${usage}`);
    print(`      ${help}`);
  }
  print('');
  print('A cover tilted by 22.4°, published with the credentials of a bridge:');
  print('  npm run --silent sim -- uplink --devEui a84041ffff130406 --hex 01755703CFC008CAFE4F1A01 |');
  print('    mosquitto_pub -p 1883 -q 1 -u BRIDGE -P TOKEN -s -t "$(npm run --silent sim -- uplink --devEui a84041ffff130406 --topic)"');
}

const [name, ...rest] = process.argv.slice(2);
const command = name === undefined ? undefined : commands[name];
if (command && !rest.includes('--help') && !rest.includes('-h')) {
  try {
    command.run(rest);
  } catch (thrown) {
    const wrong = thrown instanceof GwError || (thrown instanceof TypeError && String((thrown as { code?: string }).code).startsWith('ERR_PARSE_ARGS'));
    if (!wrong) throw thrown;
    process.stderr.write(`${(thrown as Error).message}\nUsage: npm run sim -- ${command.usage}\n`);
    process.exitCode = 1;
  }
} else {
  const asked = command !== undefined || name === undefined || ['--help', '-h', 'help'].includes(name);
  if (!asked) process.stderr.write(`There is no command "${name}".\n`);
  help();
  if (!asked) process.exitCode = 1;
}
