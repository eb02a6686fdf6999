/** The commands of inmor 0.x, which timers and scripts of operators call, as words of today. Underscores are hyphens. */
const earlierNames: Readonly<Record<string, string>> = {
  'regenerate-entity': 'publication entity-configuration',
  'publish-historical-keys': 'publication historical-keys',
  'reload-issued-tms': 'publication rebuild',
  'readd-subordinates': 'publication rebuild',
  'renew-subordinates': 'renewal start --kind subordinates --follow',
  'renew-trust-marks': 'renewal start --kind trust-marks --follow',
  collection: 'collected crawl --follow',
}

export function inWordsOfToday(given: readonly string[]): readonly string[] {
  const [name = '', ...rest] = given
  const words = earlierNames[name.replaceAll('_', '-')]
  return words ? [...words.split(' '), ...rest] : given
}
