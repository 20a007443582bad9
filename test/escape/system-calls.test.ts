import { describeAttacks } from '../kit/attack.ts';

// Each rule of the filter is tried in `seccomp.test.ts`; here, that the launcher puts the filter in force.
describeAttacks([
  {
    title: 'asks the kernel for what a namespace does not hold: a keyring',
    arrange: () => ({ script: 'use-keyring.sh' }),
    by: /^EPERM$/,
  },
]);
