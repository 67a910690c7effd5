//! What the panel is measured beside, and with.
//!
//! `bare serve FOLDER`: a server that does as little as one can with the same
//! libraries: `/files/…` is actix-files over FOLDER, `POST /upload` writes a
//! multipart's file into FOLDER and no more. It prints its address and ends with
//! its input.
//!
//! `bare load RATE SECONDS CONNECTIONS COOKIE URL`: asks for URL at a fixed rate, over
//! connections that are kept. A request's time counts from the moment it was due, not
//! from when a connection was free for it: who answers late is not asked less. Prints
//! one object with the times in milliseconds.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::disallowed_methods
)] // a measurement that cannot go on says so

use std::{
    path::PathBuf,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use actix_multipart::Multipart;
use actix_web::{App, HttpResponse, HttpServer, web};
use futures_util::TryStreamExt;
use http_body_util::{BodyExt, Empty};
use hyper::{Request, Uri, body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::{
    io::AsyncWriteExt,
    net::TcpStream,
    sync::{Mutex, mpsc},
};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["serve", folder] => serve(folder.into()),
        ["load", rate, seconds, connections, cookie, url] => {
            let number = |text: &str| text.parse::<u32>().expect("a number");
            load(number(rate), number(seconds), number(connections), cookie, url);
        }
        _ => panic!("bare serve FOLDER | bare load RATE SECONDS CONNECTIONS COOKIE URL"),
    }
}

/// As many threads as Zelo's pages have.
const WORKERS: usize = 2;

fn serve(folder: PathBuf) {
    let run = async move {
        let shared = web::Data::new(folder.clone());
        let app = move || {
            App::new()
                .app_data(shared.clone())
                .route("/upload", web::post().to(receive))
                .service(actix_files::Files::new("/files", &folder))
        };
        let server = HttpServer::new(app).workers(WORKERS).bind("127.0.0.1:0").unwrap();
        println!("{}", server.addrs()[0]);
        let running = server.run();
        let handle = running.handle();
        thread::spawn(move || {
            let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
            actix_web::rt::System::new().block_on(handle.stop(false));
        });
        running.await.unwrap();
    };
    actix_web::rt::System::new().block_on(run);
}

async fn receive(mut form: Multipart, folder: web::Data<PathBuf>) -> HttpResponse {
    let mut bytes = 0_u64;
    while let Some(mut field) = form.try_next().await.unwrap() {
        let mut file = tokio::fs::File::create(folder.join("uploaded")).await.unwrap();
        while let Some(chunk) = field.try_next().await.unwrap() {
            bytes += chunk.len() as u64;
            file.write_all(&chunk).await.unwrap();
        }
        file.flush().await.unwrap();
    }
    HttpResponse::Accepted().body(bytes.to_string())
}

/// When a request is due.
type Due = Arc<Mutex<mpsc::UnboundedReceiver<Instant>>>;

fn load(rate: u32, seconds: u32, connections: u32, cookie: &str, url: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let target = Arc::new(Target { uri: url.parse().expect("a URL"), cookie: cookie.to_owned() });
    let (to, due) = mpsc::unbounded_channel();
    let due: Due = Arc::new(Mutex::new(due));
    // A thread sleeps to a few hundredths of a millisecond, a runtime's timer to one.
    let clock = thread::spawn(move || {
        let begin = Instant::now() + Duration::from_millis(200);
        for at in 0..rate * seconds {
            let moment = begin + Duration::from_secs(1) * at / rate;
            thread::sleep(moment.saturating_duration_since(Instant::now()));
            to.send(moment).unwrap();
        }
    });
    let mut times = runtime.block_on(async {
        let asking: Vec<_> =
            (0..connections).map(|_| tokio::spawn(ask(target.clone(), due.clone()))).collect();
        let mut times = Vec::new();
        for task in asking {
            times.extend(task.await.unwrap());
        }
        times
    });
    clock.join().unwrap();
    times.sort_unstable();
    let at = |part: f64| {
        let index = ((times.len() as f64 * part).ceil() as usize).clamp(1, times.len()) - 1;
        times[index].as_secs_f64() * 1000.0
    };
    let told = json!({ "requests": times.len(), "p50": at(0.5), "p99": at(0.99), "max": at(1.0) });
    println!("{told}");
}

struct Target {
    uri: Uri,
    cookie: String,
}

impl Target {
    fn request(&self) -> Request<Empty<Bytes>> {
        let host = self.uri.authority().expect("a host").as_str();
        Request::get(self.uri.path_and_query().map_or("/", |p| p.as_str()))
            .header("Host", host)
            .header("Accept-Encoding", "gzip")
            .header("Cookie", self.cookie.as_str())
            .body(Empty::new())
            .unwrap()
    }
}

/// One connection: takes what is due next, until nothing is left.
async fn ask(target: Arc<Target>, due: Due) -> Vec<Duration> {
    let host = target.uri.authority().expect("a host").as_str();
    let stream = TcpStream::connect(host).await.expect("it answers");
    stream.set_nodelay(true).unwrap();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let mut times = Vec::new();
    loop {
        let Some(moment) = due.lock().await.recv().await else { return times };
        sender.ready().await.expect("the connection is kept");
        let answer = sender.send_request(target.request()).await.expect("an answer");
        assert!(answer.status().is_success(), "{} answered {}", target.uri, answer.status());
        answer.into_body().collect().await.expect("a whole answer");
        times.push(moment.elapsed());
    }
}
