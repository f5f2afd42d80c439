/** `npm run doctor`: prints the check-up, a line for each finding. Exit code 1 if anything is wrong. */
import { checkUp } from './check-up.ts'
import { faultLine } from './faults.ts'

for (const finding of await checkUp(process.env)) {
  if ('good' in finding) console.log(`✔ ${finding.good}`)
  else {
    console.log(`✖ ${faultLine(finding.fault)}`)
    process.exitCode = 1
  }
}
