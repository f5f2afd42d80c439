/** What the environment says of files: how large one may be, and how much a person, a room and the server may keep. */
import type { Reading } from '../config.ts'

/** Bytes. */
export type FilesConfig = Readonly<{
  fileSizeMax: number
  personSizeMax: number
  roomSizeMax: number
  serverSizeMax: number
}>

type Env = Readonly<Record<string, string | undefined>>

const megabyte = 1024 * 1024

export const usualFilesConfig: FilesConfig = {
  fileSizeMax: 25 * megabyte,
  personSizeMax: 1_024 * megabyte,
  roomSizeMax: 2_048 * megabyte,
  serverSizeMax: 10_240 * megabyte,
}

const variables = [
  ['FILE_SIZE_MB', 'fileSizeMax'],
  ['PERSON_FILES_MB', 'personSizeMax'],
  ['ROOM_FILES_MB', 'roomSizeMax'],
  ['SERVER_FILES_MB', 'serverSizeMax'],
] as const

/** Null where nothing is said; what is not named is as usual. */
export function readFilesConfig(env: Env): Reading<FilesConfig | null> {
  const said: Partial<Record<keyof FilesConfig, number>> = {}
  for (const [name, field] of variables) {
    const text = env[name]
    if (text === undefined) continue
    if (!/^[0-9]{1,8}$/.test(text)) {
      return {
        fault: {
          code: 'files-limit-wrong',
          sentence: `${name} is ${JSON.stringify(text)}, which cannot be used.`,
          fix: 'Use a whole number of megabytes, such as 25. With 0 nobody can bring files.',
        },
      }
    }
    said[field] = Number(text) * megabyte
  }
  return { value: Object.keys(said).length === 0 ? null : { ...usualFilesConfig, ...said } }
}
