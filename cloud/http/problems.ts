/** The catalogue of problems (RFC 9457) and how whatever was thrown becomes one. Never a stack, a path or a secret. */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import Type, { type Static } from 'typebox';
import { GwError } from '../../devices/errors.ts';
import { type Fault, Refusal, type RefusalCode } from '../refusal.ts';
import { InputError } from './validation.ts';

export const problemType = 'application/problem+json';

type ProblemCode = RefusalCode | 'try-again' | 'internal' | 'damaged';
export const problems: Record<ProblemCode, { status: number; title: string }> = {
  invalid: { status: 400, title: 'The input is not valid' },
  'not-signed-in': { status: 401, title: 'Not signed in' },
  'wrong-password': { status: 401, title: 'User name or password is wrong' },
  forbidden: { status: 403, title: 'Not allowed' },
  'foreign-origin': { status: 403, title: 'A page of another origin may not act here' },
  'not-found': { status: 404, title: 'Not found' },
  conflict: { status: 409, title: 'It conflicts with what is there' },
  'too-large': { status: 413, title: 'Too large' },
  'unsupported-media': { status: 415, title: 'This media type is not taken here' },
  'too-many-attempts': { status: 429, title: 'Too many attempts' },
  internal: { status: 500, title: 'Something went wrong here' },
  damaged: { status: 500, title: 'What was kept is damaged' },
  'try-again': { status: 503, title: 'It cannot be done now; try again' },
};

const codes = Object.entries(problems).map(([code, { status }]) => `${code} (${status})`);
export const Problem = Type.Object(
  {
    type: Type.String({ description: `urn:gridwarden:problem: and the code: ${codes.join(', ')}` }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    errors: Type.Optional(
      Type.Array(Type.Object({ key: Type.String({ description: 'the dotted place in the input' }), value: Type.Unknown(), allowed: Type.String() }), {
        description: 'which part of the input is wrong, and what is allowed there',
      }),
    ),
  },
  { additionalProperties: true, description: 'RFC 9457' },
);
export type Problem = Static<typeof Problem>;

export function problem(code: ProblemCode, detail: string, faults: readonly Fault[] = [], more: Readonly<Record<string, unknown>> = {}): Problem {
  const { status, title } = problems[code];
  return { type: `urn:gridwarden:problem:${code}`, title, status, detail, ...(faults.length > 0 ? { errors: faults.map(shown) } : {}), ...more };
}

const secretKey = /password|token|secret|(^|\.)(old|new)$/i;
const longestValue = 200;

/** What is told back of a wrong value: never a secret, never much. */
function shown(fault: Fault): Fault {
  if (fault.value === undefined) return { ...fault, value: null };
  if (secretKey.test(fault.key)) return { ...fault, value: '[secret]' };
  const text = JSON.stringify(fault.value);
  return text !== undefined && text.length <= longestValue ? fault : { ...fault, value: `${text?.slice(0, longestValue)}…` };
}

/** What was no request has met none of the hooks that set the headers of the others. */
const bareHeaders = {
  'content-security-policy': "default-src 'none'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

export function sendProblem(reply: FastifyReply, body: Problem): FastifyReply {
  if (!reply.hasHeader('content-security-policy')) reply.headers(bareHeaders);
  if (typeof body['retryAfter' as keyof Problem] === 'number') reply.header('retry-after', String(body['retryAfter' as keyof Problem]));
  return reply.code(body.status).type(problemType).serializer(JSON.stringify).send(body);
}

export function onError(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): void {
  const body = problemOf(error);
  const of = { method: request.method, route: request.routeOptions.url };
  if (body.status >= 500) request.log.error({ err: error, ...of }, 'a request failed');
  if (body.status === 403)
    request.log.warn({ by: request.viewer?.username ?? request.agent?.agent ?? null, address: request.ip, ...of, reason: body.detail }, 'a request was refused');
  if (body.status === 413) afterBody(request.raw, () => sendProblem(reply, body));
  else sendProblem(reply, body);
}

/** What is read and thrown away of a body that is too large, bytes and ms: an answer before its end would be lost on a client that is still writing. */
const readAway = { bytes: 64 * 1024 * 1024, ms: 5000 };

function afterBody(request: IncomingMessage, go: () => void): void {
  let bytes = 0;
  const over = () => {
    clearTimeout(timer);
    request.off('data', count).off('end', over).off('close', over).off('error', over);
    go();
  };
  const count = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > readAway.bytes) over();
  };
  const timer = setTimeout(over, readAway.ms);
  if (request.readableEnded || request.destroyed) over();
  else request.on('data', count).on('end', over).on('close', over).on('error', over).resume();
}

const brokenRequests: Record<string, [status: number, line: string, detail: string]> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large', 'The headers are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'The request did not come whole in time.'],
};

/** What the parser of HTTP could not read: there is no request to answer to, only the connection, which ends. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const [status, line, detail] = brokenRequests[error.code ?? ''] ?? [400, 'Bad Request', 'This is not a request of HTTP/1.1.'];
  const body = JSON.stringify({ ...problem('invalid', detail), status });
  const head = `HTTP/1.1 ${status} ${line}\r\nconnection: close\r\ncontent-type: ${problemType}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n${Object.entries(bareHeaders)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\r\n')}`;
  socket.end(`${head}\r\n\r\n${body}`);
}

function problemOf(error: FastifyError | Error): Problem {
  if (error instanceof InputError) return problem('invalid', error.message, error.faults);
  if (error instanceof Refusal) return problem(error.refusal, error.message, error.faults, error.more);
  if (error instanceof GwError && (error.code === 'photo-damaged' || error.code === 'photo-missing'))
    return problem('damaged', 'The photo is damaged on the disk and is not shown; whoever runs the cloud can restore it from a backup.');
  if (error instanceof GwError) return error.next === 'retry' ? problem('try-again', error.message, [], { retryAfter: 1 }) : problem('internal', 'The act could not be done.');
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;
  if (status === 413) return problem('too-large', 'The body is larger than this route takes.');
  if (status === 415) return problem('unsupported-media', 'Send JSON with "Content-Type: application/json".');
  if (status === 404) return problem('not-found', 'There is no such page or route.');
  if (status === 429) return problem('too-many-attempts', 'Too many requests; wait a little.');
  // What Fastify says of a bad request (malformed JSON, an empty body) is meant for whoever sent it.
  if (status >= 400 && status < 500) return problem('invalid', error.message);
  return problem('internal', 'The error is in the log of the cloud.');
}
