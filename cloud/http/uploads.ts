/** A picture that comes as multipart/form-data: one `file` and the fields that go with it, in bounds. */
import multipart from '@fastify/multipart';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type, { type TProperties } from 'typebox';
import { GwError } from '../../devices/errors.ts';
import { maxUploadBytes } from '../photos/photos.ts';
import { type Fault, invalid, Refusal } from '../refusal.ts';
import type { App } from './routes.ts';
import { compile } from './validation.ts';

/** Lets the routes of this file take uploads. */
export const takeUploads = async (app: App): Promise<void> =>
  void (await (app as unknown as FastifyInstance).register(multipart, {
    limits: { files: 1, fields: 4, parts: 5, fieldNameSize: 64, fieldSize: 256, fileSize: maxUploadBytes, headerPairs: 50 },
  }));

/** What the document says of the body. What comes is checked by `readUpload`, since it is a stream and no JSON. */
export const uploadSchema = (fields: TProperties) => ({
  consumes: ['multipart/form-data'],
  body: Type.Object({ file: Type.Unsafe<string>({ type: 'string', format: 'binary', description: `JPEG, PNG or WebP, at most ${maxUploadBytes} bytes` }), ...fields }),
});
/** Goes with `uploadSchema`. */
export const unchecked = { validatorCompiler: () => () => true };

/** Throws 400, 413 or 415, naming what is wrong. */
export async function readUpload<K extends string>(request: FastifyRequest, fields: TProperties & Record<K, unknown>): Promise<{ file: Buffer; fields: Record<K, string> }> {
  if (!request.isMultipart()) throw new Refusal('unsupported-media', 'Send the picture as multipart/form-data.');
  let file: Buffer | undefined;
  const given: Record<string, unknown> = {};
  const faults: Fault[] = [];
  try {
    for await (const part of request.parts()) {
      if (part.type === 'file' && part.fieldname === 'file') file = await part.toBuffer();
      else if (part.type === 'file') {
        faults.push({ key: part.fieldname ?? 'body', value: undefined, allowed: 'the picture is the part "file"' });
        part.file.resume();
      } else given[part.fieldname] = part.value;
    }
  } catch (error) {
    throw told(error);
  }
  if (!file) faults.push({ key: 'file', value: undefined, allowed: 'is required: the picture, as a file' });
  faults.push(...compile(Type.Object(fields, { additionalProperties: false }))(given));
  if (!file || faults.length > 0) throw invalid(faults);
  return { file, fields: given as Record<K, string> };
}

/** The parser's complaints are about what was sent. */
function told(error: unknown): unknown {
  if (error instanceof GwError) return error;
  const status = (error as { statusCode?: number }).statusCode;
  if (status === 413) return new Refusal('too-large', `A picture has at most ${maxUploadBytes} bytes, and comes with few fields.`);
  return invalid([{ key: 'body', value: undefined, allowed: 'multipart/form-data that ends as it should' }]);
}
