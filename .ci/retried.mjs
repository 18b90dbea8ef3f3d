// A reporter for vitest: names each test that passed only when it was tried again, and why it had failed.
export default class Retried {
  onTestCaseResult(test) {
    const retries = test.diagnostic()?.retryCount ?? 0;
    const { state, errors = [] } = test.result();
    if (retries === 0 || state !== 'passed') return;
    const reason = errors.map(({ message }) => message).join('\n');
    console.log(`TRIED AGAIN: ${test.module.moduleId} > ${test.fullName}\n${reason.slice(0, 1_000)}`);
  }
}
