//! Chromium and its driver, both Debian's: started for one story, gone with it.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::json;
use tempfile::TempDir;
use thirtyfour::{ChromiumLikeCapabilities, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver};

use crate::support::{lab, until};

/// A browser's width on a telephone, and on a desk.
pub(crate) const NARROW: u32 = 390;
pub(crate) const WIDE: u32 = 1440;

const FLAGS: [&str; 11] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // /dev/shm is small in containers
    "--disable-dev-shm-usage",
    "--lang=en",
    "--window-size=1440,900",
];

/// The driver and the folder of its browsers.
pub(crate) struct Driver {
    process: Child,
    address: String,
    folder: TempDir,
}

impl Driver {
    /// Starts it; `None`, said loudly, where there is no Chromium.
    pub(crate) fn up() -> Option<Self> {
        for program in ["chromium", "chromedriver"] {
            if !Command::new(program).arg("--version").output().is_ok_and(|o| o.status.success()) {
                lab::missing(&format!("{program} (Debian's chromium and chromium-driver)"));
                return None;
            }
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut start = Command::new("chromedriver");
        start.arg(format!("--port={port}")).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let (process, address) = (start.spawn().unwrap(), format!("127.0.0.1:{port}"));
        let driver = Self { process, address, folder: TempDir::new().unwrap() };
        until("chromedriver does not answer", Duration::from_secs(30), || {
            TcpStream::connect(&driver.address).is_ok()
        });
        Some(driver)
    }

    /// A browser with a profile of its own.
    pub(crate) async fn browser(&self, name: &str) -> WebDriver {
        self.open(name, true).await
    }

    /// The same that runs no script of any page.
    pub(crate) async fn browser_without_scripts(&self, name: &str) -> WebDriver {
        self.open(name, false).await
    }

    /// Where a browser of this name puts what it downloads.
    pub(crate) fn downloads(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}-downloads"))
    }

    async fn open(&self, name: &str, scripts: bool) -> WebDriver {
        let downloads = self.downloads(name);
        std::fs::create_dir_all(&downloads).unwrap();
        let mut wanted = DesiredCapabilities::chrome();
        for flag in FLAGS {
            wanted.add_arg(flag).unwrap();
        }
        wanted.add_arg(&format!("--user-data-dir={}", self.profile(name).display())).unwrap();
        let mut prefs = json!({
            "download.default_directory": downloads,
            "download.prompt_for_download": false,
            "credentials_enable_service": false,
            "profile.password_manager_leak_detection": false,
            "intl.accept_languages": "en",
        });
        if !scripts {
            prefs["profile.managed_default_content_settings.javascript"] = json!(2);
        }
        wanted.add_experimental_option("prefs", prefs).unwrap();
        wanted.set_browser_log_level(LoggingPrefsLogLevel::All).unwrap();
        WebDriver::new(format!("http://{}", self.address), wanted).await.expect("Chromium starts")
    }

    fn profile(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Asked to, it closes its browsers; killed, it would leave them.
        if let Ok(mut line) = TcpStream::connect(&self.address) {
            let _ = write!(line, "GET /shutdown HTTP/1.1\r\nHost: {}\r\n\r\n", self.address);
            let _ = line.set_read_timeout(Some(Duration::from_secs(10)));
            let _ = line.read(&mut [0; 64]);
        }
        let end = Instant::now() + Duration::from_secs(10);
        while Instant::now() < end && matches!(self.process.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Waits for a file in a folder that is there whole.
#[track_caller]
pub(crate) fn downloaded(folder: &Path) -> PathBuf {
    let whole = || {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let files: Vec<_> = entries.map(|entry| entry.path()).collect();
        let half = |path: &PathBuf| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            name.ends_with(".crdownload") || name.starts_with('.')
        };
        if files.iter().any(half) { None } else { files.into_iter().next() }
    };
    until("nothing was downloaded", Duration::from_secs(60), || whole().is_some());
    whole().unwrap()
}
