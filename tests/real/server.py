"""A site written in PHP, behind nginx, in a folder of its own; ended by process id."""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "integration"))

from rig import Skip, end_process, equal, free_port, wait_for  # pylint: disable=wrong-import-position

FPM = """[global]
error_log = {folder}/log
[www]
listen = {folder}/fpm
pm = static
pm.max_children = 2
{user}
"""
NGINX = """{user}
daemon off; pid {folder}/nginx.pid; error_log stderr; events {}
http {
    access_log {folder}/access; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include /etc/nginx/mime.types;
    server {
        listen 127.0.0.1:{port}; root {root}; index index.php;
        location / { try_files $uri $uri/ /index.php?$args; }
        location ~ \\.php$ {
            include /etc/nginx/fastcgi_params; fastcgi_pass unix:{folder}/fpm;
            fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
        }
    }
}
"""


def program(*names):
    """The path of the first of these programs that is installed."""
    for name in names:
        found = shutil.which(name, path="/usr/bin:/usr/sbin:/usr/local/bin")
        if found:
            return found
    raise Skip(f"{names[0]} is not installed")


class PhpSite:
    """Copies what lies at source, a Debian package's; .url when serve was called; until stop."""

    def __init__(self, place, name, source):
        if not os.path.isdir(source):
            raise Skip(f"the package {name} is not installed")
        self.interpreter = program("php", "php8.2", "php8.4")
        self.fpm, self.nginx = program("php-fpm8.2", "php-fpm8.4", "php-fpm"), program("nginx")
        self.folder, self.processes, self.port = place.path(name), [], free_port()
        self.root, self.host = os.path.join(self.folder, "root"), f"{name}.localhost"
        self.url = f"http://{self.host}:{self.port}"
        place.keep(self)
        shutil.copytree(source, self.root, symlinks=False, ignore_dangling_symlinks=True)

    def write(self, name, text, **fields):
        """Write the text with each {field} replaced; return the path."""
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        for field, value in {"folder": self.folder, "root": self.root, "url": self.url, **fields}.items():
            text = text.replace("{%s}" % field, value)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def start(self, *command):
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.processes.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log))

    def run(self, *command, stdin=None):
        done = subprocess.run(command, input=stdin, capture_output=True, check=False, timeout=120)
        equal(done.returncode, 0, (done.stdout + done.stderr)[-1000:])

    def php(self, text, **fields):
        """Run a script of PHP."""
        self.run(self.interpreter, self.write("script.php", text, **fields))

    def serve(self, path):
        """Start PHP and nginx, until the path is answered."""
        user = "user = root" if os.geteuid() == 0 else ""
        self.start(self.fpm, "-F", "-y", self.write("fpm.conf", FPM, user=user), *(["-R"] if user else []))
        self.start(self.nginx, "-e", "stderr", "-c", self.write(
            "nginx.conf", NGINX, port=str(self.port), user="user root;" if user else ""))
        wait_for(lambda: self.answers(path), f"{self.url} answers")

    def answers(self, path):
        for process in self.processes:
            equal(process.poll(), None, f"{process.args[0]} ended")
        done = subprocess.run([program("curl"), "-s", "-o", "/dev/null", "-w", "%{http_code}", self.url + path],
                              capture_output=True, check=False, timeout=60)
        return done.stdout == b"200"

    def asked(self, path):
        """How often the path was asked for."""
        with open(f"{self.folder}/access", encoding="utf-8") as file:
            return sum(f"GET {path} " in line for line in file)

    def stop(self):
        for process in reversed(self.processes):
            end_process(process)
