/** HTTP routes of a room's files. */
import { Hono, type Context } from 'hono'
import { AppError } from '#shared/errors.ts'
import type { FileHash } from '#shared/files/file.ts'
import { BringFileRequest, type BringFileResponse } from '#shared/files/http.ts'
import { filePaths, offsetHeader, pieceType } from '#shared/files/paths.ts'
import type { RoomId } from '#shared/ids.ts'
import { readJson, signedIn, type Env } from '../front/door.ts'
import type { Files } from './files.ts'
import type { FilesFolder } from './folder.ts'
import { respondWithFile } from './serve.ts'

const anyId = ':id' as RoomId
const anyHash = ':hash' as FileHash

type Options = Readonly<{ files: Files; folder: FilesFolder }>

function parts(c: Context<Env>): readonly [id: string, hash: string] {
  return [c.req.param('id') ?? '', c.req.param('hash') ?? '']
}

export function fileRoutes({ files, folder }: Options): Hono<Env> {
  const app = new Hono<Env>()
  app.post(filePaths.files(anyId), async (c) => {
    const visitor = signedIn(c)
    const request = await readJson(c, BringFileRequest)
    return c.json<BringFileResponse>(await files.bring(visitor, c.req.param('id') ?? '', request))
  })
  app.put(filePaths.file(anyId, anyHash), async (c) => {
    const visitor = signedIn(c)
    if (c.req.header('content-type') !== pieceType) throw new AppError('request-malformed')
    const offset = c.req.header(offsetHeader) ?? ''
    if (!/^[0-9]{1,15}$/.test(offset)) throw new AppError('request-malformed')
    return c.json<BringFileResponse>(
      await files.receive(visitor, ...parts(c), Number(offset), c.req.raw.body),
    )
  })
  app.delete(filePaths.file(anyId, anyHash), async (c) => {
    await files.giveUp(signedIn(c), ...parts(c))
    return c.body(null, 204)
  })
  app.get(filePaths.file(anyId, anyHash), (c) =>
    respondWithFile(folder, files.find(signedIn(c), ...parts(c)), c.req.raw),
  )
  return app
}
