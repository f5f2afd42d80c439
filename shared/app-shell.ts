/**
 * The client's own files on a device: which requests they answer, and what a page and its service worker tell each
 * other.
 *
 * Rules OF1–OF4 of docs/PROTOCOL.md. Pure. Invariant: what the server says of people and rooms never passes through
 * here: only the client's own files are answered from the device.
 */
import { paths } from './http.ts'

/** One file of the client, as the build left it. */
export type AppFile = Readonly<{
  /** Absolute, as `/assets/main-a1b2.js`; the page itself is `/`. */
  path: string
  /** `sha256-…`, as in HTML (Subresource Integrity). */
  integrity: string
}>

/** All that the client needs, so that it runs without a network. */
export type AppVersion = Readonly<{ version: string; files: readonly AppFile[] }>

/** Where the service worker is; its scope is the whole server. */
export const workerPath = '/service-worker.js'
/** Name of the page's meta element that tells its version. */
export const versionMeta = 'stoa-version'

/** From a page to its service worker. */
export type ToWorker =
  /** The page runs: what it was made of is sound. */
  | Readonly<{ kind: 'started' }>
  /** A person wants the new version. */
  | Readonly<{ kind: 'take-over' }>

/** From the service worker to a page. */
export type ToPage =
  /** It answers with its version on the port that came along. */
  | Readonly<{ kind: 'which-version' }>
  /** Somebody has pressed a notice: this is what it is about, as a path on this server. */
  | Readonly<{ kind: 'open'; path: string }>

type Asked = Readonly<{
  method: string
  /** The browser goes to this address; everything else is a part of a page. */
  isNavigation: boolean
  /** It is of this server. */
  isOwn: boolean
  /** Without what follows a question mark. */
  path: string
}>

/** What answers a request: the client's page, one of its files, or whoever the browser would have asked. */
export function answerOf({ method, isNavigation, isOwn, path }: Asked): 'page' | 'file' | 'network' {
  if (method !== 'GET' || !isOwn) return 'network'
  if (path === '/api' || path.startsWith('/api/') || serverPaths.has(path)) return 'network'
  const isFile = path.startsWith('/assets/') || /^\/[^/]+\.[a-z0-9]+$/.test(path)
  if (isFile) return 'file'
  return isNavigation ? 'page' : 'network'
}

const serverPaths: ReadonlySet<string> = new Set([paths.socket, '/metrics', workerPath])
