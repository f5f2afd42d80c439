/**
 * What every request to the API passes: where it comes from, what it carries, and who sends it.
 */
import type { HttpBindings } from '@hono/node-server'
import type { Context, MiddlewareHandler } from 'hono'
import * as v from 'valibot'
import { AppError } from '#shared/errors.ts'
import { pieceType } from '#shared/files/paths.ts'
import { requestBodySizeMax } from '#shared/limits.ts'
import type { Sessions, SignedInPerson } from '../accounts/sessions.ts'
import type { Origins } from './origin.ts'

export type Env = {
  Bindings: HttpBindings
  Variables: {
    /** Null for a stranger. */
    visitor: SignedInPerson | null
  }
}

const readingMethods = new Set(['GET', 'HEAD'])

/** Where bytes are taken instead of JSON; a form can send neither this method nor this type. */
const piecePath = /^\/api\/rooms\/[^/]+\/files\/[^/]+$/

/** A change needs our own origin and JSON: no form and no other page can send both (H-02, H-03). */
export function refuseForeign(origins: Origins): MiddlewareHandler<Env> {
  return async (c, next) => {
    if (!readingMethods.has(c.req.method)) {
      if (!origins.isAllowed(c.req.header('origin'))) throw new AppError('origin-refused')
      const [type = ''] = (c.req.header('content-type') ?? '').split(';')
      const isPiece = c.req.method === 'PUT' && type === pieceType && piecePath.test(c.req.path)
      if (!isPiece && type.trim().toLowerCase() !== 'application/json') throw new AppError('request-not-json')
    }
    await next()
  }
}

export function findVisitor(sessions: Pick<Sessions, 'use'>): MiddlewareHandler<Env> {
  return async (c, next) => {
    c.set('visitor', await sessions.use(c.req.header('cookie')))
    await next()
  }
}

export function signedIn(c: Context<Env>): SignedInPerson {
  const visitor = c.var.visitor
  if (visitor === null) throw new AppError('signed-out')
  return visitor
}

/** The body, if it is what the schema says. */
export async function readJson<Schema extends v.GenericSchema>(
  c: Context<Env>,
  schema: Schema,
): Promise<v.InferOutput<Schema>> {
  const parsed = v.safeParse(schema, parseJson(await readBody(c)), { abortEarly: true })
  if (!parsed.success) throw new AppError('request-malformed')
  return parsed.output
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new AppError('request-malformed', { cause })
  }
}

/** Stops reading at the limit, whatever Content-Length says. */
async function readBody(c: Context<Env>): Promise<string> {
  if (Number(c.req.header('content-length') ?? 0) > requestBodySizeMax)
    throw new AppError('request-too-large')
  const body: AsyncIterable<Uint8Array> | null = c.req.raw.body
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of body ?? []) {
      size += chunk.byteLength
      if (size > requestBodySizeMax) throw new AppError('request-too-large')
      chunks.push(chunk)
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    // No text, or its client went away in the middle of it.
    throw new AppError('request-malformed', { cause })
  }
}
