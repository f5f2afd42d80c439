/**
 * The configuration, from the environment.
 *
 * Invariant: nothing else reads process.env. Every fault is reported at once.
 */
import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { readIceConfig, type IceConfig } from './call/ice-config.ts'
import { StartError, type Fault } from './faults.ts'
import { readFilesConfig, type FilesConfig } from './files/files-config.ts'
import { readPushConfig, type PushConfig } from './news/push-config.ts'
import { logLevels, type LogLevel } from './log.ts'

export type Config = Readonly<{
  host: string
  /** 0 lets the system choose: for tests. */
  port: number
  /** Absolute. */
  dataDir: string
  /** The one address people use, or null for http://localhost:port. */
  publicOrigin: string | null
  logLevel: LogLevel
  /** Lets a program elsewhere read what the server counts. */
  metricsToken?: string
  /** Where calls find paths beside the direct ones. */
  ice?: IceConfig
  /** What files may take; as usual without. */
  files?: FilesConfig
  /** To whose push services this server may send; the usual ones without. */
  push?: PushConfig
}>

export type Reading<T> = Readonly<{ value: T } | { fault: Fault }>

export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const host = readHost(env['HOST'] ?? '127.0.0.1')
  const port = readPort(env['PORT'] ?? '3000')
  const dataDir = readDataDir(env['DATA_DIR'] ?? './data')
  const publicOrigin = readPublicOrigin(env['PUBLIC_ORIGIN'], 'value' in host ? host.value : null)
  const logLevel = readLogLevel(env['LOG_LEVEL'] ?? 'info')
  const metricsToken = readMetricsToken(env['METRICS_TOKEN'])
  const ice = readIceConfig(env)
  const files = readFilesConfig(env)
  const push = readPushConfig(env)
  const faults = [host, port, dataDir, publicOrigin, logLevel, metricsToken, ice, files, push].flatMap(
    (read) => ('fault' in read ? [read.fault] : []),
  )
  if (
    'value' in host &&
    'value' in port &&
    'value' in dataDir &&
    'value' in publicOrigin &&
    'value' in logLevel &&
    'value' in metricsToken &&
    'value' in ice &&
    'value' in files &&
    'value' in push
  ) {
    return {
      host: host.value,
      port: port.value,
      dataDir: dataDir.value,
      publicOrigin: publicOrigin.value,
      logLevel: logLevel.value,
      ...(metricsToken.value === null ? {} : { metricsToken: metricsToken.value }),
      ...(ice.value === null ? {} : { ice: ice.value }),
      ...(files.value === null ? {} : { files: files.value }),
      ...(push.value === null ? {} : { push: push.value }),
    }
  }
  throw new StartError(faults)
}

/** Whether only programs on this machine can reach an address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'))
}

function readHost(text: string): Reading<string> {
  const isHostName = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(text)
  if (isIP(text) !== 0 || (isHostName && !/^[0-9.]+$/.test(text))) return { value: text }
  return wrong(
    'host-wrong',
    'HOST',
    text,
    'Use an address of this machine, such as 127.0.0.1, 0.0.0.0 or ::.',
  )
}

function readPort(text: string): Reading<number> {
  const port = Number(text)
  if (/^[0-9]{1,5}$/.test(text) && port <= 65_535) return { value: port }
  return wrong('port-wrong', 'PORT', text, 'Use a whole number from 1 to 65535; 0 takes any free port.')
}

function readDataDir(text: string): Reading<string> {
  if (text.trim() !== '' && !text.includes('\0')) return { value: resolve(text) }
  return wrong('data-dir-wrong', 'DATA_DIR', text, 'Name the folder that holds everything this server keeps.')
}

function readLogLevel(text: string): Reading<LogLevel> {
  const level = logLevels.find((known) => known === text)
  if (level !== undefined) return { value: level }
  return wrong('log-level-wrong', 'LOG_LEVEL', text, `Use one of ${logLevels.join(', ')}.`)
}

/** The value is a secret: a fault does not repeat it. */
function readMetricsToken(text: string | undefined): Reading<string | null> {
  if (text === undefined || /^[\x21-\x7e]{16,256}$/.test(text)) return { value: text ?? null }
  return {
    fault: {
      code: 'metrics-token-wrong',
      sentence: 'METRICS_TOKEN is too short, too long, or has characters that no header can carry.',
      fix: 'Use 16 to 256 letters, digits and signs of ASCII, without spaces.',
    },
  }
}

/** Browsers send the origin in one exact form; any other would never be equal to it (H-01). */
function readPublicOrigin(text: string | undefined, host: string | null): Reading<string | null> {
  if (text === undefined) {
    if (host === null || isLoopback(host)) return { value: null }
    return {
      fault: {
        code: 'public-origin-missing',
        sentence: `HOST is ${host}, so people come by an address that this server cannot know.`,
        fix: 'Set PUBLIC_ORIGIN to that address, such as https://meet.example.org.',
      },
    }
  }
  const url = URL.parse(text)
  if (url !== null && /^https?:$/.test(url.protocol) && url.origin === text) return { value: text }
  const suggestion = url !== null && /^https?:$/.test(url.protocol) ? url.origin : 'https://meet.example.org'
  return wrong(
    'public-origin-wrong',
    'PUBLIC_ORIGIN',
    text,
    `Use scheme, name and port only, such as ${suggestion}.`,
  )
}

function wrong(code: Fault['code'], name: string, text: string, fix: string): { fault: Fault } {
  return { fault: { code, sentence: `${name} is ${JSON.stringify(text)}, which cannot be used.`, fix } }
}
