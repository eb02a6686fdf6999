/** Requirements that are known to have no test yet, by section, and why. Whoever writes one strikes it out here. */
export const knownUntested: readonly { reason: string; sections: readonly string[] }[] = [
  {
    reason: 'The publisher does not advertise these endpoints yet.',
    sections: ['Listing, endpoint', 'Events, endpoint'],
  },
  {
    reason: 'The publisher does not record events yet.',
    sections: ['Events, registration'],
  },
]
