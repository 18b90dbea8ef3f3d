import { stringifyDocument } from '@urql/core';
import { ApiError, type Problem, problemOf, unreachable } from '../api/problem.ts';
import { serverClock } from '../api/server-clock.ts';
import { session } from '../api/session.ts';
import { apiTexts } from '../api/texts.ts';
import { ImportFileDocument, type ImportFileMutation } from './documents.generated.ts';
import { importTexts } from './texts.ts';
import type { SendFile, UploadOptions } from './uploads.ts';

/** An import that was made this much before the sending began was there already; clocks are never that far apart. */
const MARGIN_MS = 1_500;

interface GraphqlAnswer {
  readonly data?: ImportFileMutation | null;
  readonly errors?: readonly Parameters<typeof problemOf>[0][];
}

/** Sends a file by the GraphQL multipart request; a token that the server refuses is exchanged once, unnoticed. */
export const sendFile: SendFile = async (file, options, onSent, signal) => {
  const began = serverClock.now();
  const token = await session.token();
  let answer = await post(file, options, token, onSent, signal);
  if (problemOfAnswer(answer)?.code === 'UNAUTHENTICATED') {
    session.refused(token);
    answer = await post(file, options, await session.token(), onSent, signal);
  }
  const problem = problemOfAnswer(answer);
  if (problem) throw new ApiError(problem);
  const made = answer.data?.importTickets;
  if (!made) throw new ApiError(unreachable(apiTexts.unreachable));
  return { importId: made.id, isKnown: Date.parse(made.createdAt) < began - MARGIN_MS };
};

function problemOfAnswer({ errors }: GraphqlAnswer): Problem | null {
  const [first] = errors ?? [];
  return first ? problemOf(first) : null;
}

/** By XMLHttpRequest, since fetch does not tell how much has gone. */
function post(
  file: File,
  { dryRun, mapping }: UploadOptions,
  token: string,
  onSent: (bytes: number) => void,
  signal: AbortSignal,
): Promise<GraphqlAnswer> {
  const form = new FormData();
  const variables = { file: null, dryRun, mapping };
  form.set('operations', JSON.stringify({ query: stringifyDocument(ImportFileDocument), variables }));
  form.set('map', JSON.stringify({ 0: ['variables.file'] }));
  form.set('0', file, file.name);
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const fail = (message: string): void => reject(new ApiError(unreachable(message)));
    request.open('POST', '/graphql');
    request.setRequestHeader('authorization', `Bearer ${token}`);
    request.setRequestHeader('apollo-require-preflight', '1');
    request.setRequestHeader('accept', 'application/graphql-response+json, application/json');
    // What goes over the line is a little more than the file.
    request.upload.onprogress = ({ loaded, total }) => onSent(total > 0 ? Math.round((file.size * loaded) / total) : 0);
    request.onload = () => {
      const answer = parsed(request.responseText);
      if (answer) resolve(answer);
      else fail(apiTexts.unreachable);
    };
    // A file that was moved or changed on the disk ends the request in the same way as a lost network does.
    request.onerror = () => {
      file
        .slice(0, 1)
        .arrayBuffer()
        .then(
          () => fail(importTexts.upload.stopped),
          () => fail(importTexts.upload.unreadable),
        );
    };
    request.onabort = () => fail(importTexts.upload.stopped);
    if (signal.aborted) return fail(importTexts.upload.stopped);
    signal.addEventListener('abort', () => request.abort(), { once: true });
    request.send(form);
  });
}

function parsed(text: string): GraphqlAnswer | null {
  try {
    return JSON.parse(text) as GraphqlAnswer;
  } catch {
    return null;
  }
}
