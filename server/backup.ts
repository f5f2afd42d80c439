/**
 * `npm run backup -- FILE`: one file with everything the server keeps but the bytes of files that people have brought;
 * made while it may run, and verified. Those never change: copied after it, they are all that it refers to.
 */
import { existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { CopyFault, refuseUnwritable, runCopyCommand, wordsFor } from './backup-words.ts'
import { readConfig } from './config.ts'
import { copyDatabase, type Copied } from './store/copy.ts'
import { filesFolder } from './files/folder.ts'
import { readFileTotals } from './store/files.ts'
import { databaseFile } from './store/open.ts'

await runCopyCommand('backup', async (name) => {
  const { dataDir } = readConfig(process.env)
  const database = databaseFile(dataDir)
  const file = resolve(name)
  if (!existsSync(database)) {
    throw new CopyFault(
      'nothing-to-back-up',
      `There is no database at ${database}.`,
      'Set DATA_DIR to the folder of the server.',
    )
  }
  if (existsSync(file)) {
    throw new CopyFault(
      'file-exists',
      `There is something at ${file} already.`,
      'Name a file that is not there.',
    )
  }
  const { fault } = await copyDatabase(database, file).catch((error: unknown): Copied =>
    refuseUnwritable(dirname(file), error),
  )
  if (fault === null)
    return [
      `Everything is in ${file} (${String(statSync(file).size)} bytes), and was verified.`,
      ...((readFileTotals(file)?.count ?? 0) > 0
        ? [`But the files that people have sent: now copy the folder ${filesFolder(dataDir)}.`]
        : []),
    ].join(' ')
  throw new CopyFault(
    `database-${fault}`,
    `The database ${database} is ${wordsFor[fault]}, so no backup was made.`,
    'Keep it as it is and put an earlier backup back: npm run restore -- FILE.',
  )
})
