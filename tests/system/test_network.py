import http.server
import threading

from kgan.system import network


def test_a_port_where_nobody_listens():
    assert not network.reachable("http://127.0.0.1:9")


def test_a_server_that_answers_even_by_an_error():
    server = http.server.HTTPServer(
        ("127.0.0.1", 0), http.server.BaseHTTPRequestHandler
    )
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    assert network.reachable(f"http://127.0.0.1:{server.server_port}")
    thread.join()
    server.server_close()
