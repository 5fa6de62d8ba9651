// Reads reports with packages that others wrote, and says what they saw as one line of JSON.
//
//   read.mjs ctrf FILE        errors of the validator that the makers of the format publish
//   read.mjs har FILE         errors of the validator for HAR 1.2
//   read.mjs junit2json FILE  numbers of cases by outcome, and names
//
// Packages are looked for in the folder that PEERS names.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const require = createRequire(pathToFileURL(`${process.env.PEERS}/`))
const load = (name) => import(pathToFileURL(require.resolve(name)))
const [command, file] = process.argv.slice(2)
const text = readFileSync(file, 'utf8')

const commands = {
  async ctrf() {
    const { validate } = await load('ctrf')
    return validate(JSON.parse(text)).errors ?? []
  },
  async har() {
    const { har } = await load('har-validator')
    try {
      await har(JSON.parse(text))
      return []
    } catch (error) {
      return error.errors ?? [String(error)]
    }
  },
  async junit2json() {
    const module = await load('junit2json')
    const parse = module.parse ?? module.default.parse
    const { testsuite } = await parse(text)
    const cases = testsuite.flatMap((suite) => suite.testcase ?? [])
    const of = (kind) => cases.filter((one) => one[kind]).length
    return {
      tests: cases.length,
      failures: of('failure'),
      errors: of('error'),
      skipped: of('skipped'),
      names: cases.map((one) => `${one.classname} ${one.name}`).sort(),
    }
  },
}

console.log(JSON.stringify(await commands[command]()))
