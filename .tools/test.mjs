// `npm test`: gets what the tests need, runs all but the long faults (`npm run faults`: those), and ends with "N passed, N failed, N skipped" on a line of its own.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';

/** Programs of the system's packages that the tests run for real, by the file that proves them. */
const needed = {
  influxdb: '/usr/bin/influxd',
  faketime: '/usr/bin/faketime',
  'mosquitto-clients': '/usr/bin/mosquitto_pub',
  'python3-paho-mqtt': '/usr/lib/python3/dist-packages/paho/mqtt',
  chromium: '/usr/bin/chromium',
  'fonts-noto-cjk': '/usr/share/fonts/opentype/noto',
};
const missing = () => Object.keys(needed).filter((name) => !existsSync(needed[name]));

const report = 'artefacts/test-report.json';
rmSync(report, { force: true });
mkdirSync('artefacts', { recursive: true });
if (missing().length > 0 && existsSync('/usr/bin/apt-get')) {
  const apt = (process.getuid?.() === 0 ? [] : ['sudo', '-n']).concat('apt-get', '-q', '-y');
  console.log(`Installing ${missing().join(', ')} from the system's packages …`);
  const run = (...args) => spawnSync(apt[0], [...apt.slice(1), ...args], { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } });
  run('update');
  run('install', '--no-install-recommends', ...missing());
}
const unavailable = missing();
for (const name of unavailable) console.error(`The tests need the package ${name} (${needed[name]}), which could not be installed.`);

const { status } = spawnSync(
  'npx',
  ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...(process.argv.length > 2 ? process.argv.slice(2) : ['--project', '!faults'])],
  { stdio: 'inherit' },
);
if (!existsSync(report)) {
  console.log('0 passed, 1 failed, 0 skipped');
  process.exit(1);
}
const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, testResults } = JSON.parse(readFileSync(report, 'utf8'));
// A file that could not even be loaded has no tests to count: it is one failure.
const unloadable = testResults.filter((file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed')).length;
const failed = numFailedTests + unloadable + unavailable.length;
console.log(`${numPassedTests} passed, ${failed} failed, ${numPendingTests + numTodoTests} skipped`);
process.exit(failed === 0 && status === 0 ? 0 : 1);
