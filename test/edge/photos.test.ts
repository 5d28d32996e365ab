import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Photos } from '../../edge/photos.ts';

describe('handing a picture in', () => {
  let server: Server;
  let address: string;
  let status: number;
  let asked: { method?: string; url?: string; headers: IncomingHttpHeaders; body: Buffer }[];

  beforeEach(async () => {
    asked = [];
    status = 201;
    server = createServer(async (request, response) => {
      const parts: Buffer[] = [];
      for await (const part of request) parts.push(part as Buffer);
      asked.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body: Buffer.concat(parts) });
      response.writeHead(status, { 'content-type': 'application/json' }).end('{"title":"no such command"}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as { port: number }).port}`;
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  const picture = { bytes: new Uint8Array([0xff, 0xd8, 1, 2, 3]), type: 'image/jpeg' as const };

  it('posts it as a form with its command, the token as bearer', async () => {
    await new Photos(address, 'abc').handIn('camera-1', 'C1', picture);
    const [one] = asked;
    expect([one?.method, one?.url, one?.headers.authorization]).toEqual(['POST', '/api/devices/camera-1/photos', 'Bearer abc']);
    const form = await new Response(one?.body as BodyInit, { headers: { 'content-type': one?.headers['content-type'] as string } }).formData();
    expect(form.get('command')).toBe('C1');
    const file = form.get('file') as File;
    expect([file.name, file.type, Buffer.from(await file.arrayBuffer()).toString('hex')]).toEqual(['snapshot.jpg', 'image/jpeg', 'ffd8010203']);
  });

  it('tells why the cloud did not take it', async () => {
    status = 404;
    await expect(new Photos(address, 'abc').handIn('camera-1', 'C1', picture)).rejects.toMatchObject({
      next: 'reject',
      message: 'the cloud did not take the picture: 404 {"title":"no such command"}',
    });
  });

  it('tells that the cloud is away', async () => {
    await expect(new Photos('http://127.0.0.1:1', 'abc').handIn('camera-1', 'C1', picture)).rejects.toMatchObject({ next: 'retry' });
  });

  it('tells that no address is set', async () => {
    await expect(new Photos(null, 'abc').handIn('camera-1', 'C1', picture)).rejects.toMatchObject({ next: 'reject', message: expect.stringMatching(/set cloud\.http/) });
  });
});
