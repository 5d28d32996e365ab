/** Not an InfluxDB: it keeps the requests that came, and answers what it is told to. For the shape of what is sent, and for answers a real one gives seldom. */
import { createServer, type IncomingHttpHeaders } from 'node:http';

export interface Asked {
  method: string;
  path: string;
  query: Record<string, string>;
  headers: IncomingHttpHeaders;
  body: string;
}

export class InfluxStub {
  readonly asked: Asked[] = [];
  /** Answers; one is taken away for each request. Without one: 204, and an empty result for queries. */
  readonly answers: { status: number; body: unknown }[] = [];
  #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://stub');
      const { method = '', headers } = request;
      this.asked.push({ method, path: url.pathname, query: Object.fromEntries(url.searchParams), headers, body: Buffer.concat(chunks).toString() });
      const answer = this.answers.shift() ?? (url.pathname === '/query' ? { status: 200, body: { results: [{ statement_id: 0 }] } } : { status: 204, body: null });
      response.writeHead(answer.status, { 'content-type': 'application/json' });
      response.end(answer.body === null ? undefined : JSON.stringify(answer.body));
    });
  });

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
