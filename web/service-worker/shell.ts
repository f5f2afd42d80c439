/**
 * The client as this device keeps it: one cache for each version, whole or not there.
 *
 * Rules OF1–OF4 of docs/PROTOCOL.md. A file under assets/ has a name of its own in every version, so it is looked for in
 * all of them: a page goes on loading its own parts after a newer version has taken over. Invariant: a version that is
 * kept is the one the build left, byte by byte; every file is checked against its hash on the way in.
 */
import type { AppFile, AppVersion } from '#shared/app-shell.ts'

const cachePrefix = 'stoa/app/'
/** What outlives the worker itself, which the browser ends when it likes. */
const stateCache = 'stoa/state'
const openingsPath = '/openings'
/** Openings in a row after which no page began: then this version is taken for broken. */
export const openingsMax = 3

type ShellCache = Pick<Cache, 'match' | 'put'>

export type ShellWorld = Readonly<{
  caches: Readonly<{
    open(name: string): Promise<ShellCache>
    /** In the order in which they were made. */
    keys(): Promise<string[]>
    delete(name: string): Promise<boolean>
    match(path: string): Promise<Response | undefined>
  }>
  fetch(path: string, init?: RequestInit): Promise<Response>
}>

export class Shell {
  readonly #world: ShellWorld
  readonly #files: readonly AppFile[]
  readonly #cacheName: string

  constructor(world: ShellWorld, { version, files }: AppVersion) {
    this.#world = world
    this.#files = files
    this.#cacheName = cachePrefix + version
  }

  /** Fetches what this version lacks. Throws, and keeps nothing, if anything of it is not to be had. */
  async install(): Promise<void> {
    try {
      await this.complete()
    } catch (error) {
      await this.#world.caches.delete(this.#cacheName)
      throw error
    }
  }

  /** The same, and keeps what there is: a browser may have thrown away a part. */
  async complete(): Promise<void> {
    const cache = await this.#world.caches.open(this.#cacheName)
    await Promise.all(this.#files.map((file) => this.#add(cache, file)))
  }

  /** The page, for whatever address: from this device, but for a version that does not start. */
  async page(): Promise<Response> {
    const count = await this.#countOpening()
    const cache = await this.#world.caches.open(this.#cacheName)
    const kept = await cache.match('/')
    if (kept !== undefined && count <= openingsMax) return kept
    try {
      return await this.#world.fetch('/', { cache: 'no-store' })
    } catch (error) {
      if (kept !== undefined) return kept
      throw error
    }
  }

  async file(path: string): Promise<Response> {
    const cache = await this.#world.caches.open(this.#cacheName)
    const kept = (await cache.match(path)) ?? (await this.#world.caches.match(path))
    return kept ?? this.#world.fetch(path)
  }

  /** A page runs. */
  async started(): Promise<void> {
    await this.#setOpenings(0)
  }

  /** The version that is used now does not start: the next one must not wait for anybody. */
  async isUsedOneBroken(): Promise<boolean> {
    return (await this.#openings()) >= openingsMax
  }

  /** Lets go of the versions before this one, but for those that pages still use. */
  async forget(usedVersions: ReadonlySet<string>): Promise<void> {
    const names = (await this.#world.caches.keys()).filter((name) => name.startsWith(cachePrefix))
    // What was made later is a version on its way.
    const earlier = names.slice(0, Math.max(0, names.indexOf(this.#cacheName)))
    const unused = earlier.filter((name) => !usedVersions.has(name.slice(cachePrefix.length)))
    await Promise.all(unused.map((name) => this.#world.caches.delete(name)))
  }

  async #add(cache: ShellCache, { path, integrity }: AppFile): Promise<void> {
    if ((await cache.match(path)) !== undefined) return
    // Its name is its content: an earlier version may have it.
    const earlier = path.startsWith('/assets/') ? await this.#world.caches.match(path) : undefined
    const response = earlier ?? (await this.#world.fetch(path, { integrity, cache: 'no-cache' }))
    if (!response.ok) throw new Error(`${path} gave ${response.status}`)
    await cache.put(path, response)
  }

  async #countOpening(): Promise<number> {
    const count = (await this.#openings()) + 1
    await this.#setOpenings(count)
    return count
  }

  async #openings(): Promise<number> {
    const state = await this.#world.caches.open(stateCache)
    const kept = await state.match(openingsPath)
    return kept === undefined ? 0 : Number(await kept.text())
  }

  async #setOpenings(count: number): Promise<void> {
    const state = await this.#world.caches.open(stateCache)
    await state.put(openingsPath, new Response(String(count)))
  }
}
