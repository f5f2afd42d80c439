/**
 * `npm start`: builds the web client if it is missing or its sources have changed, then runs the server.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { faultExitCode, faultLine } from './faults.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
/** Hash of the sources that the client in dist/web was built from. */
const markFile = `${root}dist/web.sha256`
const sources = ['web/**/*', 'shared/**/*.ts', 'package-lock.json']

if (buildIfNeeded()) await import('./main.ts')
else {
  const fault = {
    code: 'web-build-failed',
    sentence: 'The web client could not be built.',
    fix: 'Run npm ci (with development packages), then npm start again.',
  } as const
  console.error(faultLine(fault))
  process.exitCode = faultExitCode
}

/** False if there is nothing to serve. */
function buildIfNeeded(): boolean {
  const hash = hashOfSources()
  if (hash === hashOfBuilt()) return true
  console.log('Building the web client.')
  const vite = `${root}node_modules/vite/bin/vite.js`
  const { status } = spawnSync(process.execPath, [vite, 'build', 'web', '--logLevel', 'warn'], {
    cwd: root,
    stdio: 'inherit',
  })
  if (status === 0) writeFileSync(markFile, hash)
  return status === 0
}

function hashOfSources(): string {
  const hash = createHash('sha256')
  const files = globSync(sources, { cwd: root, withFileTypes: true }).filter((entry) => entry.isFile())
  for (const file of files.map((entry) => `${entry.parentPath}/${entry.name}`).sort()) {
    hash
      .update(`${file.slice(root.length)}\0`)
      .update(readFileSync(file))
      .update('\0')
  }
  return hash.digest('hex')
}

/** Null if the client is missing, or was built by something else: then nobody knows from what. */
function hashOfBuilt(): string | null {
  try {
    readFileSync(`${root}dist/web/index.html`)
    return readFileSync(markFile, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
