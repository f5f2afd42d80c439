/** A real coturn for one test: our sample configuration, on loopback, with a certificate of its own. */
import { spawn, spawnSync } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readIceConfig, type IceConfig } from '#server/call/ice-config.ts'
import { readIceUrl, type IceUrl } from '#server/call/ice-url.ts'
import { StunClient } from '#server/call/stun-client.ts'
import { makeDataFolder, removeFolder } from './server.ts'
import { until } from './until.ts'

const sample = new URL('../../docs/deploy/turnserver.conf', import.meta.url)
const program = '/usr/bin/turnserver'
export const coturnSecret = 'a-secret-of-this-test'

/** For `skip` of a test: why there is no coturn to test with, or false. */
export const coturnMissing: string | false = existsSync(program)
  ? false
  : 'there is no coturn on this machine: apt-get install coturn'

export type Coturn = AsyncDisposable &
  Readonly<{
    ice: IceConfig
    url(scheme: 'stun' | 'turn' | 'turns', query?: string): IceUrl
    /** Of the certificate it shows. */
    ca: string
  }>

/** `lines` are added to the sample; with `hosts` it listens on these addresses. */
export async function startCoturn(lines: readonly string[] = [], host = '127.0.0.1'): Promise<Coturn> {
  const folder = await makeDataFolder()
  const [port, tlsPort] = [await freePort(), await freePort()]
  const key = join(folder, 'key.pem')
  const cert = join(folder, 'cert.pem')
  const made = spawnSync('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
    ...['-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost', '-keyout', key, '-out', cert],
  ])
  if (made.status !== 0) throw new Error(`openssl: ${made.stderr.toString()}`)
  const text = readFileSync(sample, 'utf8')
    .replace(/^static-auth-secret=.*$/m, `static-auth-secret=${coturnSecret}`)
    .replace(/^listening-port=.*$/m, `listening-port=${String(port)}`)
  const file = join(folder, 'turnserver.conf')
  const here = [`listening-ip=${host}`, `relay-ip=${host}`, `tls-listening-port=${String(tlsPort)}`]
  const own = [
    `cert=${cert}`,
    `pkey=${key}`,
    `pidfile=${join(folder, 'pid')}`,
    'log-file=stdout',
    'simple-log',
  ]
  writeFileSync(file, [text, ...here, ...own, ...lines, ''].join('\n'))
  const child = spawn(program, ['-c', file, '--db', join(folder, 'turndb')], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const end = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL')
      await once(child, 'exit')
    }
    await removeFolder(folder)
  }
  const named = host.includes(':') ? `[${host}]` : host
  const url = (scheme: 'stun' | 'turn' | 'turns', query = ''): IceUrl => {
    const read = readIceUrl(`${scheme}:${named}:${String(scheme === 'turns' ? tlsPort : port)}${query}`)
    if (read === null) throw new Error('no such address')
    return read
  }
  const read = readIceConfig({
    STUN_URLS: url('stun').text,
    TURN_URLS: [url('turn'), url('turn', '?transport=tcp')].map(({ text }) => text).join(),
    TURN_SECRET: coturnSecret,
  })
  if (!('value' in read) || read.value === null) throw new Error('the configuration is wrong')
  try {
    await until(async () => {
      if (child.exitCode !== null) throw new Error(said)
      await using client = await StunClient.open(url('stun'))
      return (await client.bind()).errorCode === 0
    }, 'coturn')
  } catch (error) {
    await end()
    throw new Error(said, { cause: error })
  }
  return { ice: read.value, url, ca: readFileSync(cert, 'utf8'), [Symbol.asyncDispose]: end }
}

/** Free a moment ago. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  await once(socket, 'close')
  return port
}
