/** Which addresses e-mail is sent to. */
import { z } from 'zod'

/** One address, not a list, without a name. */
const isAddress = (text: string): boolean => z.email().safeParse(text).success

/** Users without an address have a placeholder in `.invalid`, which never receives mail (RFC 2606). */
export const canReceive = (address: string): boolean => isAddress(address) && !address.endsWith('.invalid')
