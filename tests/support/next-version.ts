/** Another version of the built client, which differs in nothing that a person sees. */
import { createHash } from 'node:crypto'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { builtClientFolder } from '#server/start.ts'

const integrityOf = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`

/** `change` may break its page. */
export async function makeVersion(
  folder: string,
  version: string,
  change: (html: string) => string = (html) => html,
): Promise<void> {
  await cp(builtClientFolder, folder, { recursive: true })
  const [pagePath, workerPath] = ['index.html', 'service-worker.js'].map((name) => join(folder, name))
  if (pagePath === undefined || workerPath === undefined) throw new Error('no paths')
  const before = await readFile(pagePath, 'utf8')
  const known = /name="stoa-version" content="([^"]+)"/.exec(before)?.[1]
  if (known === undefined) throw new Error('The built page does not say its version.')
  const after = change(before.replace(known, version))
  await writeFile(pagePath, after)
  const worker = await readFile(workerPath, 'utf8')
  await writeFile(workerPath, worker.replace(known, version).replace(integrityOf(before), integrityOf(after)))
}
