/// What variants cost: verdicts other than pass that they bring about by right.
const ALLOWED: &[Allowed] = &[];
