//! Servers that cannot be tested, hostile ones, and mistakes of the user: each gives one clear
//! sentence, the right exit code, and reports that say so. Real sockets, and the real binary.

mod binary;
mod elsewhere;
mod hostile;
mod interrupt;
mod proxy;
mod refusal;
mod silence;
mod stub;
mod unreachable;
mod usage;
mod wavering;
mod way;
