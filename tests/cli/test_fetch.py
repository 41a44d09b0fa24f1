from idx_files import put_clothes


def test_fashion_mnist_is_fetched_and_what_to_type_next_is_said(striate, data_home, tmp_path):
    url = put_clothes(tmp_path / "there").as_uri() + "/"
    result = striate("fetch", "fashion-mnist", "--url", url)
    assert result.exit_code == 0
    assert (
        result.stdout
        == f"{data_home / 'fashion-mnist'} holds fashion-mnist. Next: striate train --data fashion-mnist\n"
    )
    result = striate("fetch", "fashion-mnist", "--url", url, "--output", "mine")
    assert result.stdout == "mine holds fashion-mnist. Next: striate train --data mine\n"


def test_what_cannot_be_fetched_is_said_in_one_line(striate, data_home, tmp_path):
    result = striate("fetch", "fashion-mnist", "--url", f"{(tmp_path / 'nowhere').as_uri()}/")
    assert result.exit_code == 2
    assert "train-images-idx3-ubyte.gz cannot be read" in result.stderr
    assert not (data_home / "fashion-mnist").exists()
