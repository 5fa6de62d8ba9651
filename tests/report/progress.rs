use std::cell::RefCell;
use std::io::Write;
use std::rc::Rc;

use taxii_conformance::report::Reporter;
use taxii_conformance::report::progress::Progress;

use crate::fixture::events;
use crate::snapshot;

#[derive(Clone, Default)]
struct Memory(Rc<RefCell<Vec<u8>>>);

impl Write for Memory {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn lines(verbose: bool) -> String {
    let memory = Memory::default();
    let mut progress = Progress::lines(Box::new(memory.clone()), verbose);
    events().iter().for_each(|e| progress.event(e));
    String::from_utf8(memory.0.take()).expect("lines are UTF-8")
}

#[test]
fn plain_lines_tell_what_breaks() {
    snapshot("progress", &format!("{}\n# verbose\n{}", lines(false), lines(true)));
}
