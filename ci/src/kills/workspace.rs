//! A workspace of two packages below `target/`: a copy of the core, in which a defect can be planted, and the programs
//! that search the scopes, compiled from the files of `checks/`. What both need is compiled once, whatever is planted.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// Where it stands, below the root.
const FOLDER: &str = "target/quorate/kills";

/// It, held by one process at a time.
pub(super) struct Workspace {
    root: PathBuf,
    folder: PathBuf,
    /// Files that differ from the core's, because a defect is planted there.
    planted: Vec<String>,
    _lock: fs::File,
}

impl Workspace {
    /// Sets it up, with the core as it is. Waits for another process that uses it.
    pub(super) fn open(root: &Path) -> io::Result<Workspace> {
        let folder = root.join(FOLDER);
        fs::create_dir_all(&folder)?;
        let lock = fs::File::create(folder.join("lock"))?;
        lock.lock()?;
        let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
        write(&folder.join("Cargo.toml"), &members(&manifest, root))?;
        let manifest = fs::read_to_string(root.join("checks/kills/Cargo.toml"))?;
        write(&folder.join("kills/Cargo.toml"), &elsewhere(&manifest, &root.join("checks/kills")))?;
        if !folder.join("Cargo.lock").exists()
            || is_newer(&root.join("Cargo.lock"), &folder.join("Cargo.lock"))
        {
            fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock"))?;
        }
        let mut workspace = Workspace { root: root.to_owned(), folder, planted: Vec::new(), _lock: lock };
        workspace.copy_core()?;
        Ok(workspace)
    }

    /// The core's manifest and sources. What an earlier run planted is gone.
    fn copy_core(&mut self) -> io::Result<()> {
        let (from, to) = (self.root.join("impl/core"), self.folder.join("core"));
        write(&to.join("Cargo.toml"), &fs::read_to_string(from.join("Cargo.toml"))?)?;
        for entry in walkdir::WalkDir::new(to.join("src")).into_iter().filter_map(Result::ok) {
            let inside = entry.path().strip_prefix(&to).unwrap_or(entry.path());
            if entry.file_type().is_file() && !from.join(inside).exists() {
                fs::remove_file(entry.path())?;
            }
        }
        for entry in walkdir::WalkDir::new(from.join("src")) {
            let entry = entry?;
            let inside = entry.path().strip_prefix(&from).unwrap_or(entry.path());
            if entry.file_type().is_file() {
                write(&to.join(inside), &fs::read_to_string(entry.path())?)?;
            }
        }
        Ok(())
    }

    /// Plants these files, by name below the root, in place of those that were planted before.
    pub(super) fn plant(&mut self, files: &BTreeMap<String, String>) -> io::Result<()> {
        for file in self.planted.drain(..).filter(|file| !files.contains_key(file)) {
            write(&self.folder.join(inside(&file)), &fs::read_to_string(self.root.join(&file))?)?;
        }
        for (file, text) in files {
            self.planted.push(file.clone());
            write(&self.folder.join(inside(file)), text)?;
        }
        Ok(())
    }

    /// Compiles one of the programs.
    ///
    /// # Errors
    /// What the compiler says.
    pub(super) fn build(&self, program: &str) -> Result<(), String> {
        let output = Command::new("cargo")
            .args(["build", "--quiet", "--message-format", "short", "-p", "quorate-kills", "--bin"])
            .arg(format!("kill-{program}"))
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", self.folder.join("target"))
            .env("CARGO_TERM_COLOR", "never")
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("cargo: {error}"))?;
        if output.status.success() {
            return Ok(());
        }
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// Searches a scope with the program that was built last; its line of JSON.
    ///
    /// # Errors
    /// What it says instead.
    pub(super) fn search(&self, program: &str, arguments: &[&str]) -> Result<serde_json::Value, String> {
        let path = self.folder.join("target/debug").join(format!("kill-{program}"));
        let output = Command::new(&path)
            .args(arguments)
            .env("RUST_BACKTRACE", "0")
            .stdin(Stdio::null())
            .output()
            .map_err(|error| format!("{}: {error}", path.display()))?;
        let (text, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        if arguments.contains(&"--trace") {
            super::say(said.trim_end());
        }
        serde_json::from_str(text.trim()).map_err(|_| format!("{text}{said}"))
    }
}

/// Where a file of the core lies in this workspace.
fn inside(file: &str) -> String {
    file.replacen("impl/core/", "core/", 1)
}

/// Writes a file, unless it is so already: cargo compiles what is newer than its last build.
fn write(path: &Path, text: &str) -> io::Result<()> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(path, text)
}

fn is_newer(one: &Path, other: &Path) -> bool {
    let time = |path: &Path| fs::metadata(path).and_then(|data| data.modified()).ok();
    time(one) > time(other)
}

/// The root's manifest for this workspace: its two members, and the other packages where they are.
fn members(manifest: &str, root: &Path) -> String {
    let (before, rest) = manifest.split_once("members = [").unwrap_or((manifest, "]"));
    let after = rest.split_once(']').map_or("", |(_, after)| after);
    let text = format!("{before}members = [\"core\", \"kills\"]{after}");
    // Nobody looks at these programs with a debugger.
    let text = elsewhere(&text, root).replace("debug = \"line-tables-only\"", "debug = false");
    text.replace(&format!("{}/impl/core\"", root.display()), "core\"")
}

/// A manifest whose paths are read from `folder`.
fn elsewhere(manifest: &str, folder: &Path) -> String {
    manifest.replace("path = \"", &format!("path = \"{}/", folder.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_has_its_own_core_and_every_other_package_where_it_is() {
        let manifest = "[workspace]\nmembers = [\n  \"a\",\n  \"impl/core\",\n]\n\n[workspace.dependencies]\n\
                        a = { path = \"a\" }\nquorate-core = { path = \"impl/core\" }\n";
        let text = members(manifest, Path::new("/r"));
        assert!(text.contains("members = [\"core\", \"kills\"]\n"), "{text}");
        assert!(text.contains("a = { path = \"/r/a\" }\nquorate-core = { path = \"core\" }\n"), "{text}");
    }
}
