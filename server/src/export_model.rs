//! `hooklens export-model`: a bundled model as a folder that other programs read.

use crate::cli::ExportModelArgs;
use crate::run::EXIT_BAD;
use std::fs;
use std::io;
use std::path::Path;
use std::process::ExitCode;

/// Runs the command and says how it went.
pub fn main(arguments: &ExportModelArgs) -> ExitCode {
    match write(&arguments.model, &arguments.folder) {
        Ok(()) => {
            println!("{}", arguments.folder.display());
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("hooklens: {message}");
            ExitCode::from(EXIT_BAD)
        }
    }
}

fn write(name: &str, folder: &Path) -> Result<(), String> {
    let files = model::bundled_files(name)?;
    put(&files, folder).map_err(|e| format!("cannot write to {}: {e}", folder.display()))
}

/// Each file appears whole; what is there already is left alone where it says the same.
fn put(files: &[(&str, &[u8])], folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for (name, bytes) in files {
        let path = folder.join(name);
        if fs::read(&path).is_ok_and(|there| there == *bytes) {
            continue;
        }
        if path.exists() {
            let message = format!("{name} is there already and is another one; choose an empty folder");
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
        }
        let mut artifact = crate::artifact::Artifact::create(&path)?;
        io::Write::write_all(&mut artifact, bytes)?;
        artifact.commit()?;
    }
    Ok(())
}
