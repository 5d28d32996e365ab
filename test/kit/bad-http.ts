/** Stands between the cloud and a real HTTP server, and is slow or answers in its place, as it is told. */
import { request as ask, createServer } from 'node:http';

export type Mood = { mood: 'well' } | { mood: 'slow'; ms: number } | { mood: 'answers'; status: number; body?: string; headers?: Record<string, string> };

export class BadHttp {
  readonly #to: () => string;
  readonly #server = createServer((request, response) => {
    const { mood } = this;
    this.requests++;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (mood.mood === 'answers') {
        response.writeHead(mood.status, { 'content-type': 'application/json', ...mood.headers }).end(mood.body ?? '{"error":"not now"}');
        return;
      }
      const pass = () => {
        const { hostname, port } = new URL(this.#to());
        const far = ask({ hostname, port, method: request.method, path: request.url, headers: request.headers }, (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        });
        far.on('error', () => response.destroy());
        far.end(Buffer.concat(chunks));
      };
      if (mood.mood === 'slow') setTimeout(pass, mood.ms);
      else pass();
    });
  });
  mood: Mood = { mood: 'well' };
  requests = 0;

  constructor(to: () => string) {
    this.#to = to;
  }
  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }
  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
