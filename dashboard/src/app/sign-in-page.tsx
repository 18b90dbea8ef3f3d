import { Alert, Button, PasswordInput, TextInput } from '@mantine/core';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { asProblem } from '../api/problem.ts';
import { session } from '../api/session.ts';
import { apiTexts } from '../api/texts.ts';
import { useTitle } from '../shared/use-title.ts';
import { Brand } from './brand.tsx';
import classes from './sign-in-page.module.css';
import { appTexts } from './texts.ts';

/** Email address and password; a mistake is told beside where it was made. */
export function SignInPage({ ended }: { readonly ended: boolean }) {
  const texts = appTexts.signIn;
  const [problem, setProblem] = useState<string | null>(null);
  const [missing, setMissing] = useState<{ email?: string | undefined; password?: string | undefined }>({});
  const [busy, setBusy] = useState(false);
  const email = useRef<HTMLInputElement>(null);
  const password = useRef<HTMLInputElement>(null);
  useTitle(texts.title);
  useEffect(() => email.current?.focus(), []);

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const given = { email: email.current?.value.trim() ?? '', password: password.current?.value ?? '' };
    setMissing({
      email: given.email === '' ? texts.needEmail : undefined,
      password: given.password === '' ? texts.needPassword : undefined,
    });
    if (given.email === '' || given.password === '') return (given.email === '' ? email : password).current?.focus();
    setBusy(true);
    setProblem(null);
    try {
      await session.signIn(given.email, given.password);
    } catch (error) {
      setProblem(asProblem(error, apiTexts.unreachable).message);
      setBusy(false);
      password.current?.select();
    }
  };

  return (
    <main className={classes.page}>
      <form className={classes.card} onSubmit={(event) => void submit(event)} noValidate>
        <Brand />
        <h1 className={classes.title}>{texts.title}</h1>
        {ended && problem === null ? <Alert variant="light">{texts.ended}</Alert> : null}
        <div role="alert">{problem === null ? null : <Alert color="red">{problem}</Alert>}</div>
        <TextInput
          ref={email}
          label={texts.email}
          type="email"
          name="email"
          autoComplete="username"
          spellCheck={false}
          error={missing.email}
          withAsterisk={false}
          required
        />
        <PasswordInput
          ref={password}
          label={texts.password}
          name="password"
          autoComplete="current-password"
          error={missing.password}
          withAsterisk={false}
          required
        />
        <Button type="submit" loading={busy} fullWidth mt="xs">
          {texts.submit}
        </Button>
      </form>
    </main>
  );
}
