import type { ApolloServerPlugin } from '@apollo/server';
import type { FormattedExecutionResult } from 'graphql';
import type { Caller } from '../caller.ts';
import type { GraphqlContext } from '../context.ts';
import type { AnswerPlanned } from './planned-lists.ts';

/** Stands for the `data` of an answer that is text already. */
class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Lets `answer` come before the resolvers. */
export function plannedPlugin(answer: AnswerPlanned): ApolloServerPlugin<Caller> {
  return {
    async requestDidStart() {
      return {
        async responseForOperation({ document, operation, request, contextValue, response }) {
          const text = await answer(document, operation, request.variables ?? {}, contextValue as GraphqlContext);
          if (text === null) return null;
          const data = new JsonText(text) as unknown as Record<string, unknown>;
          return { http: response.http, body: { kind: 'single', singleResult: { data } } };
        },
      };
    },
  };
}

/** Writes an answer as Apollo does, and the ones from above as they are. */
export function stringifyResult(result: FormattedExecutionResult): string {
  const data: unknown = result.data;
  return data instanceof JsonText && !result.errors ? `{"data":${data.text}}\n` : `${JSON.stringify(result)}\n`;
}
