/** Checks the arguments that stand in a document, as `variable-check.ts` checks variables. */
import { type ASTVisitor, type ValidationContext, ValuesOfCorrectTypeRule } from 'graphql'
import type { Plugin } from 'graphql-yoga'
import { checkValue, findUnusable, Literal, toError } from '#server/error/value-check.ts'

/** Takes the place of the rule of graphql-js, whose errors have another code and no path. */
export const literalCheck: Plugin = {
  onValidate({ validateFn, setValidationFn }) {
    setValidationFn((schema, document, rules, ...others) => {
      const kept = rules?.filter((rule: unknown) => rule !== ValuesOfCorrectTypeRule)
      return validateFn(schema, document, [...(kept ?? []), argumentsFit], ...others)
    })
  },
}

/** Arguments of directives and defaults of variables are left to the rule of graphql-js. */
function argumentsFit(context: ValidationContext): ASTVisitor {
  return {
    ...ValuesOfCorrectTypeRule(context),
    Argument({ name, value: node }) {
      const argument = context.getArgument()
      if (!argument || context.getDirective()) return undefined
      const [value, place] = [new Literal(node), [name.value]]
      const unusable = findUnusable(value, place)
      const faults = unusable ? [unusable] : checkValue(value, argument.type, place)
      for (const fault of faults) context.reportError(toError(fault, node))
      return false
    },
  }
}
