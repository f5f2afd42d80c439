/** A browser's caches, and a server behind them, for the service worker's engine in Node. */
import type { ShellWorld } from '#web/service-worker/shell.ts'

export class FakeCaches {
  readonly #byName = new Map<string, Map<string, Response>>()

  get names(): string[] {
    return [...this.#byName.keys()]
  }

  paths(name: string): string[] {
    return [...(this.#byName.get(name)?.keys() ?? [])].sort()
  }

  /** As a browser may: nobody is told. */
  evict(name: string, path: string): void {
    this.#byName.get(name)?.delete(path)
  }

  open(name: string) {
    const cache = this.#byName.get(name) ?? new Map<string, Response>()
    this.#byName.set(name, cache)
    return Promise.resolve({
      match: (path: RequestInfo | URL) => Promise.resolve(cache.get(path as string)?.clone()),
      put: (path: RequestInfo | URL, response: Response) => {
        cache.set(path as string, response)
        return Promise.resolve()
      },
    })
  }

  keys(): Promise<string[]> {
    return Promise.resolve(this.names)
  }

  delete(name: string): Promise<boolean> {
    return Promise.resolve(this.#byName.delete(name))
  }

  match(path: string): Promise<Response | undefined> {
    const found = [...this.#byName.values()].find((cache) => cache.has(path))
    return Promise.resolve(found?.get(path)?.clone())
  }
}

/** Serves the files it is given, checked as a browser checks them; `asked` keeps what was asked for. */
export class FakeOrigin {
  files: ReadonlyMap<string, string> = new Map()
  isAway = false
  asked: string[] = []

  world(caches: FakeCaches): ShellWorld {
    return {
      caches,
      fetch: async (path, init) => {
        this.asked.push(path)
        if (this.isAway) throw new TypeError('Failed to fetch')
        const body = this.files.get(path)
        if (body === undefined) return new Response('', { status: 404 })
        if (init?.integrity !== undefined && init.integrity !== integrityOf(body))
          throw new TypeError('Failed to fetch')
        return new Response(body)
      },
    }
  }
}

/** Stands for a hash. */
export function integrityOf(body: string): string {
  return `sha256-${Buffer.from(body).toString('base64')}`
}
