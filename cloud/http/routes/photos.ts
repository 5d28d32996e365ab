import type { FastifyReply } from 'fastify';
import Type from 'typebox';
import { Photo, type PhotoRecord, photoRoles, shownPhoto } from '../../cases/cases.ts';
import { Command } from '../../commands/commands.ts';
import { notFound, Refusal } from '../../refusal.ts';
import { viewerOf } from '../auth.ts';
import { idParams } from '../bodies.ts';
import { query } from '../lists.ts';
import type { Routes } from '../routes.ts';
import { readUpload, takeUploads, unchecked, uploadSchema } from '../uploads.ts';

const tags = ['photos'];
const size = query({ size: Type.Optional(Type.Enum(['full', 'thumb'], { description: 'full or thumb' })) });
const jpeg = { 200: { description: 'JPEG', content: { 'image/jpeg': { schema: Type.Unsafe<Buffer>({ type: 'string', format: 'binary' }) } } } };
const caseFields = { role: Type.Enum(photoRoles, { description: `one of ${photoRoles.join(', ')}` }) };
const snapshotFields = { command: Type.String({ maxLength: 64, description: 'the id of the `snapshot` command' }) };

/** Named by us, and shown as nothing but a picture. */
const sendJpeg = (reply: FastifyReply, id: string, bytes: Buffer) => reply.header('content-disposition', `inline; filename="${id}.jpg"`).type('image/jpeg').send(bytes);

export const photos: Routes = async (app, { cases, photos, commands }) => {
  await takeUploads(app);
  app.post(
    '/api/cases/:id/photos',
    {
      ...unchecked,
      config: { may: 'add-photos' },
      schema: { tags, summary: 'Add a photo to an open case', ...uploadSchema(caseFields), params: idParams('id'), response: { 201: Photo } },
    },
    async (request, reply) => {
      const viewer = viewerOf(request);
      const { id } = request.params;
      await cases.mayAddPhoto(viewer, id);
      const { file, fields } = await readUpload(request, caseFields);
      const { photo } = await cases.addPhoto(viewer, id, fields.role as PhotoRecord['role'], await photos.keep(file));
      return reply.code(201).send(shownPhoto(photo));
    },
  );
  app.get(
    '/api/cases/:id/photos/:photo',
    {
      config: { may: 'read' },
      schema: { tags, summary: 'A photo of a case', params: Type.Object({ id: Type.String(), photo: Type.String() }), querystring: size, response: jpeg },
    },
    async (request, reply) => {
      const record = await cases.get(viewerOf(request).scope, request.params.id);
      const photo = record?.photos.find((one) => one.id === request.params.photo);
      if (!photo) throw notFound('photo');
      return sendJpeg(reply, photo.id, await photos.read(request.query.size === 'thumb' ? photo.thumb : photo.file));
    },
  );
  app.post(
    '/api/devices/:id/photos',
    {
      ...unchecked,
      config: { may: 'agent' },
      schema: {
        tags,
        summary: 'Hand in the picture that a snapshot asked for',
        description:
          "With the agent's token as bearer. It stands in the command's `photo`, and in the open case of the device, if there is one. The same picture again changes nothing.",
        ...uploadSchema(snapshotFields),
        params: idParams('id'),
        response: { 201: Command },
      },
    },
    async (request, reply) => {
      const agent = request.agent?.agent;
      if (agent === undefined) throw new Refusal('forbidden', 'This route is for agents.');
      const { id } = request.params;
      const { file, fields } = await readUpload(request, snapshotFields);
      await commands.mayHandIn(agent, id, fields.command);
      const picture = await photos.keep(file);
      const command = await commands.setPhoto(fields.command, picture);
      await cases.addSnapshot(id, fields.command, picture);
      return reply.code(201).send(command);
    },
  );
  app.get(
    '/api/commands/:id/photo',
    { config: { may: 'read' }, schema: { tags, summary: 'The picture that a snapshot brought', params: idParams('id'), querystring: size, response: jpeg } },
    async (request, reply) => {
      const picture = await commands.photo(viewerOf(request).scope, request.params.id);
      if (!picture) throw notFound('photo');
      return sendJpeg(reply, request.params.id, await photos.read(request.query.size === 'thumb' ? picture.thumb : picture.file));
    },
  );
};
